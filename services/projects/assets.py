"""Files a filmmaker gives: announced, uploaded straight to storage, verified, and kept under a key no upload ever named."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from filmstudio.projects.v1 import projects_pb2

from services.kit import paging, requests, telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Database, Work
from services.kit.errors import DependencyAway, Invalid, NotFound
from services.kit.ids import new_id, parse_id
from services.kit.storage import ObjectMissing, Storage, Upload
from services.projects import media_types, repository
from services.projects.errors import AssetMismatch, UploadMissing
from services.projects.models import AWAITING, Asset, require_match
from services.projects.service import required_project

UPLOAD_VALID = timedelta(minutes=15)
DOWNLOAD_VALID = timedelta(hours=1)
_CREATE = "CreateAsset"


@dataclass(frozen=True)
class Announced:
    """An asset and where to upload it."""

    asset: Asset
    upload: Upload
    expires_at: datetime


async def _required_asset(work: Work, user_id: str, asset_id: str, *, locked: bool = False) -> Asset:
    key = parse_id(asset_id)
    asset = await repository.asset(work.session, user_id, key, locked=locked) if key else None
    if asset is None:
        raise NotFound("no such asset")
    return asset


class AssetsService:
    """The use cases of assets. Storage is spoken to between transactions, never within one."""

    def __init__(
        self, db: Database, storage: Storage, now: Now = utc_now, next_id: Callable[[], UUID] = new_id
    ) -> None:
        self._db = db
        self._storage = storage
        self._now = now
        self._new_id = next_id

    async def create(self, user_id: str, request: projects_pb2.CreateAssetRequest) -> Announced:
        """Announce an upload; the same request_id gives the same asset with a fresh address. Invalid, UnsupportedType, TooLarge."""
        now = self._now()
        async with self._db.work() as work:
            # first: about a project that isn't the user's nothing else is said
            project = await required_project(work, user_id, request.project_id, locked=True)
            content_type = media_types.accepted(request.kind, request.content_type, request.size_bytes, request.sha256)
            filename = media_types.safe_filename(request.filename)
            made = await requests.begin(work, user_id, _CREATE, request.request_id, request)
            if made is not None:
                asset = await _required_asset(work, user_id, str(made))
            else:
                await self._require_room(work, project.id, request.kind, now)
                asset = Asset(
                    id=self._new_id(),
                    project_id=project.id,
                    kind=request.kind,
                    state=AWAITING,
                    filename=filename,
                    content_type=content_type,
                    size_bytes=request.size_bytes,
                    sha256=request.sha256,
                    object_key="",
                    version=1,
                    created_at=now,
                )
                work.save(asset)
                await requests.finish(work, user_id, _CREATE, request.request_id, asset.id)
        upload = self._storage.sign_put(
            asset.upload_key,
            int(UPLOAD_VALID.total_seconds()),
            size_bytes=asset.size_bytes,
            sha256=asset.sha256,
            content_type=asset.content_type,
        )
        return Announced(asset, upload, now + UPLOAD_VALID)

    async def _require_room(self, work: Work, project_id: UUID, kind: int, now: datetime) -> None:
        if kind != projects_pb2.Asset.KIND_IMAGE:
            return
        if await repository.count_assets(work.session, project_id, kind, now - UPLOAD_VALID) >= media_types.MAX_IMAGES:
            raise Invalid(f"a project holds at most {media_types.MAX_IMAGES} images: delete one first", field="kind")

    async def complete(self, user_id: str, asset_id: str) -> Asset:
        """Verify the upload, then keep it under its content's key. UploadMissing, AssetMismatch; a repeat answers the same."""
        async with self._db.work() as work:
            asset = await _required_asset(work, user_id, asset_id)
        if asset.ready:
            return asset
        try:
            await self._verify(asset)
            await self._storage.copy(asset.upload_key, asset.verified_key, asset.content_type)
        except ObjectMissing:
            # another call may have completed it, and taken the upload away, since we looked
            return await self._completed_meanwhile(user_id, asset_id)
        async with self._db.work() as work:
            asset = await _required_asset(work, user_id, asset_id, locked=True)
            if not asset.ready:
                asset.complete()
        if await self._storage.head(asset.object_key) is None:
            # a twin was deleted between the copy and the commit, and took the bytes along
            await self._storage.copy(asset.upload_key, asset.object_key, asset.content_type)
        await self._remove(asset.upload_key)
        return asset

    async def _completed_meanwhile(self, user_id: str, asset_id: str) -> Asset:
        async with self._db.work() as work:
            asset = await _required_asset(work, user_id, asset_id)
        if not asset.ready:
            raise UploadMissing("nothing was uploaded yet: send the file to the address you were given, then complete")
        return asset

    async def _verify(self, asset: Asset) -> None:
        """AssetMismatch unless the upload is what was announced; ObjectMissing where there is none."""
        stored = await self._storage.head(asset.upload_key)
        if stored is None:
            raise ObjectMissing(asset.upload_key)
        if stored.size_bytes != asset.size_bytes:
            raise AssetMismatch(
                f"{stored.size_bytes} bytes were uploaded, {asset.size_bytes} announced", what="size_bytes"
            )
        sha256 = stored.sha256
        if not sha256:
            sha256 = hashlib.sha256(await self._storage.read(asset.upload_key)).hexdigest()
        if sha256 != asset.sha256:
            raise AssetMismatch("the uploaded bytes have another SHA-256 than announced", what="sha256")
        head = await self._storage.read(asset.upload_key, first_bytes=media_types.SNIFFED_BYTES)
        if not media_types.is_of_type(asset.content_type, head):
            raise AssetMismatch(f"the uploaded file is not {asset.content_type}", what="content_type")

    async def get(self, user_id: str, asset_id: str) -> tuple[Asset, str]:
        """The asset, and an address to read it from for an hour; an empty one until it is ready."""
        async with self._db.work() as work:
            asset = await _required_asset(work, user_id, asset_id)
        if not asset.ready:
            return asset, ""
        # a header's plain parameter holds ASCII only
        filename = asset.filename.encode("ascii", "replace").decode().replace("?", "_")
        return asset, self._storage.sign_get(asset.object_key, int(DOWNLOAD_VALID.total_seconds()), filename=filename)

    async def page(self, user_id: str, project_id: str, page_size: int, page_token: str) -> tuple[Sequence[Asset], str]:
        """Assets of a project, or of all the user's, newest first, and the token of the next page."""
        size = paging.size(page_size)
        after = paging.after(page_token)
        async with self._db.work() as work:
            project = (await required_project(work, user_id, project_id)).id if project_id else None
            rows = await repository.assets_page(work.session, user_id, project, after, size + 1)
        return paging.cut(rows, size, [row.id for row in rows])

    async def delete(self, user_id: str, asset_id: str, if_match: str = "") -> None:
        """Put the asset away; its bytes go with the last ready asset of the project that has them. EtagMismatch."""
        async with self._db.work() as work:
            asset = await _required_asset(work, user_id, asset_id, locked=True)
            require_match(if_match, asset.version, "asset")
            asset.delete(self._now())
        try:
            await self.forget_bytes(asset)
        except DependencyAway:
            telemetry.log().info("a deleted asset's bytes stay until the next sweep", asset_id=asset_id)

    async def forget_bytes(self, asset: Asset) -> None:
        """Remove a deleted asset's bytes unless a twin needs them. DependencyAway: not now."""
        if asset.object_key:
            async with self._db.work() as work:
                needed = await repository.has_ready_twin(work.session, asset)
            if not needed:
                await self._storage.delete(asset.object_key)
            async with self._db.work() as work:
                await repository.bytes_are_gone(work.session, asset.id)
        await self._storage.delete(asset.upload_key)

    async def _remove(self, key: str) -> None:
        try:
            await self._storage.delete(key)
        except DependencyAway:
            telemetry.log().info("an upload that is no longer needed stays", key=key)
