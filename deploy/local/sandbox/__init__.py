"""Stand-ins for the world outside, on loopback: Google and YouTube, Stripe, Salesforce, a mailbox, a webhook receiver.

One process for `make up` and for tests, where no accounts of one's own are given. Each provider is written from its own
documentation and refuses what the real one refuses. What it keeps survives a restart and `kill -9`. Three doors are for
whoever drives it: `/_faults` (what shall go wrong), `/_act` (what a person does on the pages), `/_state/{service}` (what
arrived). Nothing here is real, and every page says so.
"""
