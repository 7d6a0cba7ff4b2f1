"""Files a filmmaker gives: announced, uploaded straight to storage, completed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from filmstudio.projects.v1 import projects_pb2

from services.gateway import convert
from services.gateway.routes.common import IfMatch, Pages, RequestId, SignedIn, query_text, set_etag
from services.gateway.schemas import projects as shapes
from services.gateway.schemas.common import Page
from services.gateway.studio import TheStudio

router = APIRouter(prefix="/api/v1/assets", tags=["assets"])


@router.get("")
async def list_assets(
    _person: SignedIn, studio: TheStudio, pages: Pages, project_id: Annotated[str, Query(max_length=64)] = ""
) -> Page[shapes.Asset]:
    """The assets of a project, or of all my projects."""
    request = projects_pb2.ListAssetsRequest(
        project_id=query_text("project_id", project_id), page_size=pages.size, page_token=pages.token
    )
    answer = await studio.clients.projects.ListAssets(request)
    items = [convert.asset(asset) for asset in answer.assets]
    return Page[shapes.Asset](items=items, next_page_token=answer.next_page_token)


@router.post("/upload", status_code=201)
async def create_upload(
    _person: SignedIn, body: shapes.NewUpload, studio: TheStudio, request_id: RequestId
) -> shapes.Upload:
    """Announce a file; the answer says where to send it. Then `complete` it."""
    request = projects_pb2.CreateAssetRequest(
        project_id=body.project_id,
        kind=convert.number(projects_pb2.Asset.Kind, body.kind, "KIND_"),
        filename=body.filename,
        content_type=body.content_type,
        size_bytes=min(body.size_bytes, 2**62),
        sha256=body.sha256.lower(),
        request_id=request_id,
    )
    answer = await studio.clients.projects.CreateAsset(request)
    return shapes.Upload(
        asset_id=answer.asset.id,
        method=answer.upload.method,
        url=answer.upload.url,
        headers=dict(answer.upload.headers),
        expires_at=convert.moment(answer.upload.expire_time),
    )


@router.post("/{asset_id}/complete")
async def complete_upload(_person: SignedIn, asset_id: str, response: Response, studio: TheStudio) -> shapes.Asset:
    """Say that the file is there: its size, type and hash are verified."""
    answer = await studio.clients.projects.CompleteAsset(
        projects_pb2.CompleteAssetRequest(asset_id=asset_id), timeout=30
    )
    set_etag(response, answer.asset.etag)
    return convert.asset(answer.asset)


@router.get("/{asset_id}")
async def get_asset(_person: SignedIn, asset_id: str, response: Response, studio: TheStudio) -> shapes.Asset:
    """An asset, with an address to download it from."""
    answer = await studio.clients.projects.GetAsset(projects_pb2.GetAssetRequest(asset_id=asset_id))
    set_etag(response, answer.asset.etag)
    return convert.asset(answer.asset, answer.download_url)


@router.delete("/{asset_id}", status_code=204)
async def delete_asset(_person: SignedIn, asset_id: str, studio: TheStudio, if_match: IfMatch) -> None:
    """Delete it."""
    request = projects_pb2.DeleteAssetRequest(asset_id=asset_id, if_match=if_match)
    await studio.clients.projects.DeleteAsset(request)
