"""Credits: who has how many, what they are held for, what a plan allows, and the money that pays for it.

Owns the double-entry ledger (schema `credits`): accounts, transactions and entries, grants, holds; the plans, their limits and the
packs (`plans.yaml`); orders, subscriptions, payments and what was taken back of them, behind a port to whoever moves the money
(`payments.py`; Stripe). RPCs: GetPlan, ListPlans, GetAccount, ListTransactions, HoldCredits, EndHold, ListLiveHolds, GrantCredits,
SetPlan, CreateCheckout, CreatePortal, ListInvoices, ReceivePaymentEvent. Calls users.GetContact, for the address of receipts.
Events out on credits.accounts.v1: CreditsGranted, CreditsHeld, HoldEnded, CreditsExpired, CreditsRevoked, SubscriptionChanged,
PaymentFailed. Events in: UserRegistered, UserDeleted; JobSucceeded, JobFailed, JobCanceled, JobExpired.
Commands: `python -m services.credits.audit` checks the invariants on a running database, `….sync_stripe` makes Stripe sell what
the file says, `….reconcile` compares ours with Stripe's own list.
"""
