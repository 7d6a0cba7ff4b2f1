"""`filmstudio`: the studio from a terminal, through the same gateway as everybody else.

`client` speaks the API (the demo and the end-to-end tests use it too), `progress` shows a job, `main` is the commands for
films, with those for money, channels and webhooks in files of their own.
"""
