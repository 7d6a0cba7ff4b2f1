"""The installation's administrator: made sure of at every start, as soon as the database answers."""

from __future__ import annotations

import asyncio

from services.kit import telemetry
from services.kit.errors import DependencyAway, DomainError
from services.users.service import Users

_AGAIN_AFTER_S = 1.0


class Bootstrap:
    """A part that keeps trying in the background, so that users serves meanwhile."""

    def __init__(self, users: Users, email: str, password: str) -> None:
        self._users = users
        self._email = email
        self._password = password
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin, where an administrator is configured."""
        if self._email and self._password:
            self._task = asyncio.create_task(self._ensure(), name="bootstrap")

    async def _ensure(self) -> None:
        while True:
            try:
                await self._users.ensure_admin(self._email, self._password)
            except DependencyAway as error:
                telemetry.log().warning("the administrator's account waits", dependency=error.dependency)
            except DomainError as error:
                telemetry.log().error("the administrator's account can't be made", error=error.message)
                return
            except Exception as error:
                # a schema that is not migrated yet, say: the next turn may find it
                telemetry.log().error("the administrator's account could not be made yet", error=repr(error)[:200])
            else:
                return
            await asyncio.sleep(_AGAIN_AFTER_S)

    async def stop(self) -> None:
        """Stop trying."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
