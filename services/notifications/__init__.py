"""Word to others: webhooks to customers' programs, mail to people. Never on the way of a film.

Owns endpoints with their lanes, messages and deliveries, the queue of mails, what mail a user wants (schema `notifications`).
RPCs: CreateEndpoint, GetEndpoint, ListEndpoints, UpdateEndpoint, DeleteEndpoint, RotateSecret, ListDeliveries, Redeliver,
GetPreferences, UpdatePreferences, Unsubscribe. Events out on notifications.preferences.v1: PreferencesChanged. Events in:
UserRegistered, MailRequested, UserDeleted; all of jobs; CreditsGranted, CreditsRevoked, SubscriptionChanged, PaymentFailed;
the ends of publications; ConnectionReconnectNeeded; MarketingConsentChanged. Calls users.GetContact and users.IssueMailToken
when a mail is sent: no address and no token is ever stored here.
`python -m services.notifications.keys` makes and rotates the keys that secrets are kept under.
"""
