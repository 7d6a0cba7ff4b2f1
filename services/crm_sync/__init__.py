"""CRM: Salesforce follows what happens in the studio, and never holds it up.

Owns what shall stand in Salesforce (schema `crm_sync`): wanted records with the latest fact of each source, whom to forget there,
what support granted there, and how it all goes. RPCs, for administrators: GetStatus, Resync, Pause, Resume. Events out on
crm-sync.contacts.v1: MarketingConsentChanged. Events in: UserRegistered, UserUpdated, UserDeleted; ProjectCreated,
ProjectUpdated, ProjectDeleted, ProjectRestored; JobQueued, JobStarted, JobSucceeded, JobFailed, JobCanceled, JobExpired;
CreditsGranted, CreditsHeld, HoldEnded, SubscriptionChanged, CreditsExpired, CreditsRevoked, PaymentFailed; PublicationUpdated,
PublicationSucceeded, PublicationFailed, PublicationCanceled; ConnectionEstablished, ConnectionReconnectNeeded,
ConnectionRemoved; PreferencesChanged. Calls users.GetContact for names and addresses, which it never keeps, and
credits.GrantCredits for what support grants.
"""
