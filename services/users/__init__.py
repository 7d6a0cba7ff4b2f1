"""Accounts and who may act as whom: sign-in, sessions, roles, signing keys, live and mail tickets, the activity log.

RPCs: filmstudio.users.v1.UsersService. Events out on users.users.v1: UserRegistered, UserUpdated, UserDeleted, MailRequested
(a mail with a token is wanted; notifications fetches the token and sends it). Events in from
credits.accounts.v1: SubscriptionChanged (a user's tier, and by it the role), CreditsGranted (what administrators and support granted,
for the activity log). Calls nobody.
"""
