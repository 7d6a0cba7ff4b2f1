"""Which mail a person wants, and a mail's own way to say no more."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from filmstudio.notifications.v1 import notifications_pb2

from services.gateway import convert_notifications, pages
from services.gateway.routes.common import IfMatch, SignedIn, query_text, set_etag
from services.gateway.schemas import notifications as shapes
from services.gateway.studio import TheStudio

router = APIRouter(prefix="/api/v1", tags=["mail"])

Token = Annotated[str, Query(max_length=512, description="of the mail's link")]


@router.get("/me/notifications")
async def get_preferences(_person: SignedIn, response: Response, studio: TheStudio) -> shapes.Preferences:
    """Which mail I get."""
    answer = await studio.clients.notifications.GetPreferences(notifications_pb2.GetPreferencesRequest())
    set_etag(response, answer.preferences.etag)
    return convert_notifications.preferences(answer.preferences)


@router.patch("/me/notifications")
async def update_preferences(
    _person: SignedIn, body: shapes.PreferencesChange, response: Response, studio: TheStudio, if_match: IfMatch
) -> shapes.Preferences:
    """Change which mail I get. Mail about sign-in is always sent."""
    request = notifications_pb2.UpdatePreferencesRequest(**body.model_dump(), if_match=if_match)
    answer = await studio.clients.notifications.UpdatePreferences(request)
    set_etag(response, answer.preferences.etag)
    return convert_notifications.preferences(answer.preferences)


@router.post(
    "/unsubscribe",
    response_model=shapes.Unsubscribed,
    openapi_extra={
        "requestBody": {
            "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}},
            "description": "List-Unsubscribe=One-Click, as mail programs send it (RFC 8058); not looked at",
        }
    },
)
async def unsubscribe(request: Request, studio: TheStudio, token: Token) -> Response:
    """No more mail of the kind that the token came with; needs no sign-in. A page where HTML is asked for."""
    in_html = pages.wants(request, "text/html")
    asked = notifications_pb2.UnsubscribeRequest(token=query_text("token", token))
    try:
        preference = (await studio.clients.notifications.Unsubscribe(asked)).preference
    except Exception as failure:
        if not in_html:
            raise
        return pages.of_error("This could not be done", failure)
    if in_html:
        return pages.page("You will get no more of these mails", ["You may close this page."])
    return Response(shapes.Unsubscribed(preference=preference).model_dump_json(), media_type="application/json")


@router.get("/unsubscribe", response_class=HTMLResponse)
async def confirm_unsubscribe() -> HTMLResponse:
    """A page that asks first: mail programs open links by themselves, so that a link alone must change nothing."""
    return pages.page("No more of these mails?", [], form=pages.button("Unsubscribe"))
