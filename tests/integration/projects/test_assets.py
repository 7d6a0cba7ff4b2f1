"""Assets: announced, uploaded to real storage by the signed address alone, verified, deleted."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from filmstudio.projects.v1 import projects_pb2 as pb

from services.kit.errors import DependencyAway, EtagMismatch, Invalid, NotFound
from services.kit.storage import Storage
from services.projects.assets import Announced, AssetsService
from services.projects.errors import AssetMismatch, UploadMissing
from services.projects.models import AWAITING, Asset
from tests.integration.projects.conftest import Studio

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))


async def announce(
    studio: Studio,
    project_id: object,
    data: bytes = PNG,
    content_type: str = "image/png",
    request_id: str = "",
    size: int = 0,
) -> Announced:
    request = pb.CreateAssetRequest(
        project_id=str(project_id),
        kind=pb.Asset.KIND_IMAGE,
        filename="cat.png",
        content_type=content_type,
        size_bytes=size or len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        request_id=request_id,
    )
    return await studio.assets.create(studio.user, request)


async def upload(announced: Announced, data: bytes = PNG) -> int:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.put(announced.upload.url, content=data, headers=announced.upload.headers)).status_code


async def ready(studio: Studio, project_id: object, data: bytes = PNG) -> Asset:
    announced = await announce(studio, project_id, data)
    assert await upload(announced, data) == 200
    return await studio.assets.complete(studio.user, str(announced.asset.id))


async def test_an_upload_is_verified_and_kept_under_its_hash(studio: Studio) -> None:
    project = await studio.project()
    asset = await ready(studio, project.id)
    assert asset.object_key == f"projects/{project.id}/assets/{hashlib.sha256(PNG).hexdigest()}"
    assert await studio.storage.head(asset.upload_key) is None
    again = await studio.assets.complete(studio.user, str(asset.id))
    assert (again.state, again.object_key, again.version) == (asset.state, asset.object_key, asset.version)
    _, url = await studio.assets.get(studio.user, str(asset.id))
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(url)
    assert answer.content == PNG
    assert 'filename="cat.png"' in answer.headers["content-disposition"]


async def test_completing_at_once_from_several_sides_answers_all_the_same(studio: Studio) -> None:
    announced = await announce(studio, (await studio.project()).id)
    assert await upload(announced) == 200
    calls = (studio.assets.complete(studio.user, str(announced.asset.id)) for _ in range(12))
    assets = await asyncio.gather(*calls)
    assert {(asset.ready, asset.object_key, asset.version) for asset in assets} == {(True, assets[0].object_key, 2)}
    assert await studio.storage.head(assets[0].object_key) is not None


async def test_completing_without_an_upload_is_refused_until_it_is_there(studio: Studio) -> None:
    announced = await announce(studio, (await studio.project()).id)
    with pytest.raises(UploadMissing):
        await studio.assets.complete(studio.user, str(announced.asset.id))
    assert (await studio.assets.get(studio.user, str(announced.asset.id)))[1] == ""
    await upload(announced)
    assert (await studio.assets.complete(studio.user, str(announced.asset.id))).ready


async def test_storage_itself_refuses_other_bytes_than_announced(studio: Studio) -> None:
    announced = await announce(studio, (await studio.project()).id)
    assert await upload(announced, PNG[:-1] + b"x") >= 400


@pytest.mark.parametrize("what", ["size_bytes", "sha256", "content_type"])
async def test_what_storage_let_through_is_still_checked(studio: Studio, what: str) -> None:
    project = await studio.project()
    data = b"not an image at all" if what == "content_type" else PNG
    announced = await announce(studio, project.id, data, size=len(data) + 1 if what == "size_bytes" else 0)
    async with studio.database.work() as work:
        stored = await work.session.get(Asset, announced.asset.id)
        assert stored is not None
        if what == "sha256":
            stored.sha256 = "0" * 64
    honest = studio.storage.sign_put(
        announced.asset.upload_key,
        60,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        content_type="image/png",
    )
    assert await upload(replace(announced, upload=honest), data) == 200
    with pytest.raises(AssetMismatch) as refused:
        await studio.assets.complete(studio.user, str(announced.asset.id))
    assert refused.value.metadata == {"what": what}


async def test_a_project_holds_twenty_images(studio: Studio) -> None:
    project = await studio.project()
    for _ in range(20):
        await announce(studio, project.id)
    with pytest.raises(Invalid, match="20 images"):
        await announce(studio, project.id)
    # an upload that never came makes room again
    studio.clock.now += timedelta(minutes=16)
    assert (await announce(studio, project.id)).asset.state == AWAITING


async def test_the_bytes_go_with_the_last_asset_that_has_them(studio: Studio) -> None:
    project = await studio.project()
    first, twin = await ready(studio, project.id), await ready(studio, project.id)
    await studio.assets.delete(studio.user, str(first.id))
    assert await studio.storage.head(twin.object_key) is not None
    await studio.assets.delete(studio.user, str(twin.id))
    assert await studio.storage.head(twin.object_key) is None
    with pytest.raises(NotFound):
        await studio.assets.get(studio.user, str(first.id))
    assert (await studio.assets.page(studio.user, str(project.id), 0, ""))[0] == []


async def test_assets_are_listed_newest_first_and_for_their_owner_only(studio: Studio) -> None:
    project, other = await studio.project(), await studio.project()
    made = [(await announce(studio, where)).asset.id for where in (project.id, project.id, other.id)]
    assert [asset.id for asset in (await studio.assets.page(studio.user, "", 0, ""))[0]] == made[::-1]
    assert [asset.id for asset in (await studio.assets.page(studio.user, str(project.id), 0, ""))[0]] == made[1::-1]
    assert (await studio.assets.page(str(uuid4()), "", 0, ""))[0] == []
    with pytest.raises(NotFound):
        await studio.assets.get(str(uuid4()), str(made[0]))


async def test_the_same_request_id_announces_one_asset(studio: Studio) -> None:
    project = await studio.project()
    first, again = [await announce(studio, project.id, request_id="a1") for _ in range(2)]
    assert first.asset.id == again.asset.id
    assert await upload(again) == 200


async def test_storage_away_is_a_dependency_away_and_a_deletion_is_made_up_for_later(
    studio: Studio, storage_settings
) -> None:
    project = await studio.project()
    asset = await ready(studio, project.id)
    away = Storage(storage_settings.model_copy(update={"s3_endpoint_url": "http://127.0.0.1:9"}))
    without_storage = AssetsService(studio.database, away, now=studio.clock)
    pending = await announce(studio, project.id, PNG + b"2")
    with pytest.raises(DependencyAway):
        await without_storage.complete(studio.user, str(pending.asset.id))
    await without_storage.delete(studio.user, str(asset.id))
    assert await studio.storage.head(asset.object_key) is not None
    await studio.sweeper.sweep()
    assert await studio.storage.head(asset.object_key) is None


async def test_uploads_that_never_came_and_purged_projects_leave_nothing(studio: Studio) -> None:
    project = await studio.project()
    announced = await announce(studio, project.id)
    await upload(announced)
    doomed = await studio.project()
    asset = await ready(studio, doomed.id)
    await studio.projects.delete(studio.user, str(doomed.id), "")
    studio.clock.now += timedelta(days=31)
    await studio.sweeper.sweep()
    assert await studio.storage.head(announced.asset.upload_key) is None
    assert await studio.storage.head(asset.object_key) is None
    assert (await studio.assets.page(studio.user, "", 0, ""))[0] == []


async def test_of_somebody_elses_project_nothing_is_said_but_that_it_is_not_found(studio: Studio) -> None:
    project = await studio.project()
    request = pb.CreateAssetRequest(project_id=str(project.id), kind=pb.Asset.KIND_IMAGE, content_type="image/gif")
    with pytest.raises(NotFound):
        await studio.assets.create("somebody else", request)


async def test_an_asset_that_has_changed_since_it_was_read_is_not_deleted(studio: Studio) -> None:
    announced = await announce(studio, (await studio.project()).id)
    asset_id = str(announced.asset.id)
    with pytest.raises(EtagMismatch):
        await studio.assets.delete(studio.user, asset_id, '"9"')
    await studio.assets.delete(studio.user, asset_id, '"1"')
    with pytest.raises(NotFound):
        await studio.assets.get(studio.user, asset_id)
