"""What was made for a project that is gone for good: its objects in storage first, its jobs after."""

from __future__ import annotations

from services.ai_jobs import repository
from services.kit import telemetry
from services.kit.db import Database
from services.kit.storage import Storage

# projects purged in one turn
BATCH = 20
# jobs (each with its steps and events), or artifacts, deleted in one transaction
ROWS = 50


class Purges:
    """Storage first, rows after: a turn that is cut off is simply done again."""

    def __init__(self, database: Database, storage: Storage) -> None:
        self._db = database
        self._storage = storage

    async def sweep(self) -> None:
        """One turn. A project whose job has an end to reach yet (a canceled one whose worker is slow) waits for it."""
        async with self._db.work() as work:
            due = await repository.purges_due(work.session, BATCH)
        for purge in due:
            # steps are rendered under users/{user}/projects/{project}/generated/
            count = await self._storage.delete_all(f"users/{purge.user_id}/projects/{purge.project_id}/generated/")
            gone = False
            while not gone:
                async with self._db.work() as work:
                    gone = await repository.purge_some(work.session, purge.project_id, ROWS)
            telemetry.log().info("a project's films are purged", project_id=str(purge.project_id), objects=count)
