"""Run the sandbox: `python -m deploy.local.sandbox`, told by its environment (settings.py) where to listen."""

import os

from deploy.local.sandbox import settings
from deploy.local.sandbox.app import application
from deploy.local.sandbox.core import Core
from deploy.local.sandbox.providers import all_of
from deploy.local.sandbox.serve import server
from deploy.local.sandbox.store import Store


def main() -> None:
    """Serve until told to end."""
    told = settings.load(os.environ)
    store = Store(told.directory)
    try:
        core = Core(store, told.url, os.environ)
        server(application(core, all_of(core, told)), told.http, os.environ.get("LOG_LEVEL", "WARNING")).run()
    finally:
        store.close()


if __name__ == "__main__":
    main()
