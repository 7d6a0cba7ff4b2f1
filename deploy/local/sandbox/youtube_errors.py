"""Google's errors: their statuses, domains and wording, in the JSON that its APIs answer with.

Sources: developers.google.com/youtube/v3/docs/errors, and answers that people have quoted in public issues.
"""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

# by reason: the status, the domain, the message
API_REASONS: Mapping[str, tuple[int, str, str]] = {
    "quotaExceeded": (
        403,
        "youtube.quota",
        'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">quota</a>.',
    ),
    "dailyLimitExceeded": (
        403,
        "usageLimits",
        "Daily Limit Exceeded. The quota will be reset at midnight Pacific Time (PT).",
    ),
    "rateLimitExceeded": (403, "usageLimits", "Rate Limit Exceeded"),
    "userRateLimitExceeded": (403, "usageLimits", "User Rate Limit Exceeded"),
    "uploadLimitExceeded": (400, "youtube.video", "The user has exceeded the number of videos they may upload."),
    "uploadRateLimitExceeded": (
        429,
        "youtube.thumbnail",
        "The channel has uploaded too many thumbnails recently. Please try the request again later.",
    ),
    "backendError": (503, "global", "Backend Error"),
    "internalError": (500, "global", "Internal error encountered."),
    "authError": (401, "global", "Invalid Credentials"),
    "insufficientPermissions": (403, "global", "Insufficient Permission"),
    "forbidden": (403, "youtube.common", "The request is not properly authorized."),
    "youtubeSignupRequired": (401, "youtube.header", "Unauthorized"),
    "authenticatedUserAccountSuspended": (
        403,
        "youtube.common",
        "The YouTube account of the authenticated user is suspended.",
    ),
    "authenticatedUserAccountClosed": (
        403,
        "youtube.common",
        "The YouTube account of the authenticated user is closed.",
    ),
    "forbiddenPrivacySetting": (
        403,
        "youtube.video",
        "The request attempts to set an invalid privacy setting for the video.",
    ),
    "invalidTitle": (400, "youtube.video", "The request metadata specifies an invalid or empty video title."),
    "invalidDescription": (400, "youtube.video", "The request metadata specifies an invalid video description."),
    "invalidTags": (400, "youtube.video", "The request metadata specifies invalid video keywords."),
    "invalidCategoryId": (400, "youtube.video", "The snippet.categoryId property specifies an invalid category ID."),
    "invalidPublishAt": (
        400,
        "youtube.video",
        "The request metadata specifies an invalid scheduled publishing time.",
    ),
    "invalidVideoMetadata": (400, "youtube.video", "The request metadata is invalid."),
    "defaultLanguageNotSet": (
        400,
        "youtube.video",
        "The request is trying to add localized video details without specifying the default language.",
    ),
    "mediaBodyRequired": (400, "youtube.video", "The request does not include the video content."),
    "videoNotFound": (404, "youtube.video", "The video that you are trying to access cannot be found."),
    "badContent": (400, "global", "Media type is not supported."),
    "uploadTooLarge": (413, "global", "Request is too large."),
    "playlistTitleRequired": (400, "youtube.playlist", "The request must specify a playlist title."),
    "invalidPlaylistSnippet": (400, "youtube.playlist", "The request provides an invalid playlist snippet."),
    "playlistNotFound": (404, "youtube.playlist", "The playlist identified with the request cannot be found."),
    "playlistForbidden": (403, "youtube.playlist", "This operation is forbidden for this playlist."),
    "playlistIdRequired": (400, "youtube.playlistItem", "Required parameter: playlistId"),
    "resourceIdRequired": (400, "youtube.playlistItem", "The request does not contain a resource ID."),
    "invalidResourceType": (
        400,
        "youtube.playlistItem",
        "The type set for the resource ID is not valid for a playlist item.",
    ),
    "invalidPlaylistItemPosition": (
        400,
        "youtube.playlistItem",
        "The request attempts to set an invalid playlist item position.",
    ),
    "playlistItemNotFound": (404, "youtube.playlistItem", "Playlist item not found."),
    "playlistItemsNotAccessible": (
        403,
        "youtube.playlistItem",
        "The request is not properly authorized to modify the specified playlist.",
    ),
    "captionExists": (
        409,
        "youtube.caption",
        "The specified video already has a caption track with the given language and name.",
    ),
    "captionNotFound": (404, "youtube.caption", "The caption track could not be found."),
    "contentRequired": (400, "youtube.caption", "The request does not contain the caption track contents."),
    "invalidMetadata": (400, "youtube.caption", "The request contains invalid metadata values."),
    "nameTooLong": (
        400,
        "youtube.caption",
        "The name specified for the caption track is too long. The maximum length is 150 characters.",
    ),
    "invalidImage": (400, "youtube.thumbnail", "The provided image content is invalid."),
    "invalidPageToken": (400, "youtube.parameter", "The request specifies an invalid page token."),
    "missingRequiredParameter": (400, "youtube.parameter", "No filter selected."),
    "incompatibleParameters": (
        400,
        "youtube.parameter",
        "The request specifies two or more parameters that cannot be used in the same request.",
    ),
    "unexpectedPart": (400, "youtube.part", "The request body has a part that the part parameter does not name."),
    "unknownPart": (400, "youtube.part", "The part parameter names an unknown part."),
    "required": (400, "global", "A required parameter is missing."),
    "invalid": (400, "global", "The request is invalid."),
    "notFound": (404, "global", "Not Found"),
    "notImplemented": (501, "global", "The sandbox does not play this method."),
}
# by error: the status and the description, as the OAuth endpoints word them
OAUTH_REASONS: Mapping[str, tuple[int, str]] = {
    "invalid_grant": (400, "Token has been expired or revoked."),
    "invalid_client": (401, "The provided client secret is invalid."),
    "invalid_request": (400, "Bad Request"),
    "invalid_scope": (400, "Bad Request"),
    "invalid_token": (400, "Token expired or revoked"),
    "unauthorized_client": (401, "Unauthorized"),
    "unsupported_grant_type": (400, "Invalid grant_type"),
    "temporarily_unavailable": (503, "Try again later."),
}
_STATUSES = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 501: "UNIMPLEMENTED", 503: "UNAVAILABLE",
}  # fmt: skip


class GoogleError(Exception):
    """An API request that is refused, for a reason of `API_REASONS`."""

    def __init__(self, reason: str, message: str = "", location: str = "", location_type: str = "parameter") -> None:
        self.status, self.domain, usual = API_REASONS[reason]
        self.reason = reason
        self.message = message or usual
        self.location = location
        self.location_type = location_type
        super().__init__(self.message)

    def response(self) -> Response:
        """As Google answers."""
        detail: dict[str, Any] = {"message": self.message, "domain": self.domain, "reason": self.reason}
        if self.location:
            detail |= {"location": self.location, "locationType": self.location_type}
        error: dict[str, Any] = {"code": self.status, "message": self.message, "errors": [detail]}
        # errors of the API's own front door carry the canonical name; YouTube's own don't
        if self.domain in ("global", "usageLimits") and self.status in _STATUSES:
            error["status"] = _STATUSES[self.status]
        headers = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'}
        return JSONResponse({"error": error}, self.status, headers=headers if self.status == 401 else None)


class OAuthError(Exception):
    """A request to the token or revocation endpoint that is refused (RFC 6749, 5.2)."""

    def __init__(self, error: str, description: str = "") -> None:
        self.status, usual = OAUTH_REASONS[error]
        self.error = error
        self.description = description or usual
        super().__init__(f"{self.error}: {self.description}")

    def response(self) -> Response:
        """As Google answers."""
        return JSONResponse({"error": self.error, "error_description": self.description}, self.status)


def bare(status: int) -> Response:
    """How Google's front end words a status that no API gave: JSON without a reason."""
    message = {404: "Not Found", 410: "Gone", 503: "Service Unavailable"}.get(status, f"HTTP {status}")
    error = {"code": status, "message": message, "errors": [{"message": message, "domain": "global"}]}
    return JSONResponse({"error": error}, status)
