"""What has outlived its time: projects deleted 30 days ago, uploads that never came, bytes of deleted assets."""

from __future__ import annotations

from datetime import timedelta

from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Database
from services.kit.storage import Storage
from services.projects import events, repository
from services.projects.assets import AssetsService

# rows looked at in one turn; what is left waits for the next
BATCH = 200
UPLOAD_AWAITED = timedelta(days=1)
# much longer than any token lives
DEPARTED_REMEMBERED = timedelta(days=1)


class Sweeper:
    """Storage first, rows after: a turn that is cut off is simply done again."""

    def __init__(
        self, db: Database, storage: Storage, assets: AssetsService, restorable: timedelta, now: Now = utc_now
    ) -> None:
        self._db = db
        self._storage = storage
        self._assets = assets
        self._restorable = restorable
        self._now = now

    async def sweep(self) -> None:
        """One turn."""
        await self._purge_projects()
        async with self._db.work() as work:
            await repository.forget_departed(work.session, self._now() - DEPARTED_REMEMBERED)
        await self._forget_uploads()
        await self._forget_deleted_assets()

    async def _purge_projects(self) -> None:
        over = self._now() - self._restorable
        async with self._db.work() as work:
            doomed = await repository.projects_deleted_before(work.session, over, BATCH)
        for project_id in doomed:
            async with self._db.work() as work:
                assets = await repository.assets_of_project(work.session, project_id)
            for key in {key for asset in assets for key in (asset.object_key, asset.upload_key) if key}:
                await self._storage.delete(key)
            async with self._db.work() as work:
                user_id = await repository.purge_project(work.session, project_id, over)
                if user_id is not None:
                    work.save(events.project_purged(project_id, user_id))
            telemetry.log().info("project purged", project_id=str(project_id))

    async def _forget_uploads(self) -> None:
        async with self._db.work() as work:
            never = await repository.assets_never_uploaded(work.session, self._now() - UPLOAD_AWAITED, BATCH)
        for asset in never:
            await self._storage.delete(asset.upload_key)
            async with self._db.work() as work:
                await repository.remove_asset(work.session, asset.id)

    async def _forget_deleted_assets(self) -> None:
        async with self._db.work() as work:
            deleted = await repository.deleted_assets_with_bytes(work.session, BATCH)
        for asset in deleted:
            await self._assets.forget_bytes(asset)
