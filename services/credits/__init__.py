"""Credits: who has how many, what they are held for, and what a plan allows.

Owns the double-entry ledger (schema `credits`): accounts, transactions and entries, grants, holds; the plans and their
limits (`plans.yaml`). RPCs: GetPlan, ListPlans, GetAccount, ListTransactions, HoldCredits, EndHold, ListLiveHolds,
GrantCredits, SetPlan. Events out on credits.accounts.v1: CreditsGranted, CreditsHeld, HoldEnded, CreditsExpired,
SubscriptionChanged. Events in: UserRegistered; JobSucceeded, JobFailed, JobCanceled, JobExpired.
`python -m services.credits.audit` checks the ledger's invariants on a running database.
"""
