"""gateway: the only thing the outside world reaches. REST, WebSocket and server-sent events; problem+json; no database.

It owns no state: accounts are users', projects and scripts are projects', balances are credits', jobs are ai_jobs'.
It translates, authenticates (access tokens by users' JWK set), limits, and carries live events.

RPCs: none. Events: none; it listens to the Redis bell and reads ai_jobs' durable job events.
"""
