"""The YouTube Data API: every call this service makes of it, one method each.

google-api-python-client builds each request from the discovery document it ships, and so refuses what the API doesn't know.
We send it ourselves, once: its own transport, httplib2, sends a request again by itself when the connection breaks before an
answer, which would begin a second upload (docs/adr/0014-youtube-uploads.md).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import httpx

from services.youtube.connection_models import Channel
from services.youtube.youtube_errors import YouTubeAway, error_of

Json = dict[str, Any]
PAGE = 50


@dataclass(frozen=True)
class Playlist:
    """A playlist of a channel."""

    id: str
    title: str
    item_count: int
    privacy: str


@dataclass(frozen=True)
class Video:
    """A video as YouTube has it; what a call doesn't ask for is empty."""

    id: str
    tags: tuple[str, ...]
    # "private", "unlisted", "public"
    privacy: str
    # "uploaded", "processed", "failed", "rejected", "deleted"
    upload_status: str
    # why it failed or was rejected
    trouble: str
    publish_at: datetime | None
    views: int
    likes: int


@dataclass(frozen=True)
class Upload:
    """A video in a playlist of uploads."""

    video_id: str
    added_at: datetime


class YouTube:
    """The API at one address. Raises what `youtube_errors` names. `start` opens nothing."""

    def __init__(self, api_url: str, timeout_s: float) -> None:
        self._api_url = api_url if api_url.endswith("/") else f"{api_url}/"
        self.http = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False)

    async def start(self) -> None:
        """Nothing to do: connections open as they are needed."""

    async def stop(self) -> None:
        """Close the connections."""
        await self.http.aclose()

    @cached_property
    def _api(self) -> Any:
        """The API by its discovery document. Built on first use: it costs 17 MB, and not every installation publishes."""
        from googleapiclient import discovery, discovery_cache  # type: ignore[import-untyped]

        found = discovery_cache.get_static_doc("youtube", "v3")
        if found is None:
            raise RuntimeError("google-api-python-client ships no discovery document of youtube v3")
        document = json.loads(found)
        document["rootUrl"] = self._api_url
        # `http` is only there so that it looks for no credentials of its own: nothing is sent by it
        return discovery.build_from_document(document, http=_Nothing())

    def upload_request(self, body: Json) -> Any:
        """The request that begins an upload session, as the library builds it, not sent."""
        from googleapiclient.http import MediaInMemoryUpload  # type: ignore[import-untyped]

        return self._api.videos().insert(
            part="snippet,status", body=body, media_body=MediaInMemoryUpload(b"", mimetype="video/mp4", resumable=True)
        )

    async def _send(self, token: str, request: Any) -> Json:
        """Send a request that the library has built, once; what it answers."""
        headers = {key: value for key, value in request.headers.items() if key.lower() != "accept-encoding"}
        headers["authorization"] = f"Bearer {token}"
        answer = await self.call(request.method, request.uri, headers, request.body)
        if answer.status_code >= 300:
            raise error_of(answer.status_code, answer.headers, answer.content)
        try:
            found: Json = answer.json() if answer.content else {}
        except ValueError:
            raise YouTubeAway("answered something that isn't JSON") from None
        return found

    async def call(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes | str | AsyncIterator[bytes] | None,
        timeout_s: float | None = None,
    ) -> httpx.Response:
        """One HTTP request, whatever its answer; YouTubeAway where there is none."""
        timeout = httpx.USE_CLIENT_DEFAULT if timeout_s is None else timeout_s
        try:
            return await self.http.request(method, url, headers=headers, content=body, timeout=timeout)
        except httpx.HTTPError as error:
            # without its text: an upload session's address would be in it
            raise YouTubeAway(type(error).__name__) from None

    # channels and their uploads

    async def my_channel(self, token: str) -> Channel | None:
        """The channel that the token is for; None for an account without one."""
        answer = await self._send(token, self._api.channels().list(part="snippet", mine=True))
        for item in answer.get("items", []):
            snippet = item.get("snippet", {})
            thumbnails = snippet.get("thumbnails", {})
            picture: Json = thumbnails.get("default") or next(iter(thumbnails.values()), {})
            return Channel(str(item["id"]), str(snippet.get("title", "")), str(picture.get("url", "")))
        return None

    async def uploads_playlist(self, token: str) -> str:
        """The id of the playlist in which the channel's uploads are; empty where it has none."""
        answer = await self._send(token, self._api.channels().list(part="contentDetails", mine=True))
        for item in answer.get("items", []):
            return str(item.get("contentDetails", {}).get("relatedPlaylists", {}).get("uploads", ""))
        return ""

    async def uploads(self, token: str, playlist_id: str, page_token: str) -> tuple[list[Upload], str]:
        """A page of 50 of the channel's uploads, newest first, and the token of the next."""
        request = self._api.playlistItems().list(
            part="snippet", playlistId=playlist_id, maxResults=PAGE, pageToken=page_token or None
        )
        answer = await self._send(token, request)
        found = []
        for item in answer.get("items", []):
            snippet = item.get("snippet", {})
            video_id = snippet.get("resourceId", {}).get("videoId")
            if video_id:
                found.append(Upload(str(video_id), _time(snippet.get("publishedAt")) or datetime.now(UTC)))
        return found, str(answer.get("nextPageToken", ""))

    # videos

    async def videos(self, token: str, ids: Sequence[str], part: str) -> list[Video]:
        """Up to 50 videos by id, those that there are."""
        answer = await self._send(token, self._api.videos().list(part=part, id=",".join(ids)))
        return [video_of(item) for item in answer.get("items", [])]

    async def set_thumbnail(self, token: str, video_id: str, image: bytes, content_type: str) -> None:
        """Let this picture stand for the video."""
        from googleapiclient.http import MediaInMemoryUpload

        media = MediaInMemoryUpload(image, mimetype=content_type)
        await self._send(token, self._api.thumbnails().set(videoId=video_id, media_body=media))

    # captions

    async def caption_tracks(self, token: str, video_id: str) -> dict[tuple[str, str], str]:
        """The ids of the video's caption tracks by language and name."""
        answer = await self._send(token, self._api.captions().list(part="snippet", videoId=video_id))
        found = {}
        for item in answer.get("items", []):
            snippet = item.get("snippet", {})
            found[str(snippet.get("language", "")), str(snippet.get("name", ""))] = str(item["id"])
        return found

    async def insert_caption(self, token: str, video_id: str, language: str, name: str, track: bytes) -> str:
        """Add a caption track; its id."""
        from googleapiclient.http import MediaInMemoryUpload

        body = {"snippet": {"videoId": video_id, "language": language, "name": name, "isDraft": False}}
        media = MediaInMemoryUpload(track, mimetype="application/octet-stream")
        answer = await self._send(token, self._api.captions().insert(part="snippet", body=body, media_body=media))
        return str(answer["id"])

    # playlists

    async def playlists(self, token: str, page_token: str, size: int) -> tuple[list[Playlist], str]:
        """A page of at most 50 of the channel's playlists, and the token of the next."""
        request = self._api.playlists().list(
            part="snippet,contentDetails,status", mine=True, maxResults=min(size, PAGE), pageToken=page_token or None
        )
        answer = await self._send(token, request)
        return [_playlist(item) for item in answer.get("items", [])], str(answer.get("nextPageToken", ""))

    async def playlist(self, token: str, playlist_id: str) -> Playlist | None:
        """A playlist by its id."""
        request = self._api.playlists().list(part="snippet,contentDetails,status", id=playlist_id)
        items = (await self._send(token, request)).get("items", [])
        return _playlist(items[0]) if items else None

    async def create_playlist(self, token: str, title: str, privacy: str) -> str:
        """A new playlist; its id."""
        body = {"snippet": {"title": title}, "status": {"privacyStatus": privacy}}
        answer = await self._send(token, self._api.playlists().insert(part="snippet,status", body=body))
        return str(answer["id"])

    async def in_playlist(self, token: str, playlist_id: str, video_id: str) -> bool:
        """Whether the video is in the playlist."""
        request = self._api.playlistItems().list(part="id", playlistId=playlist_id, videoId=video_id)
        return bool((await self._send(token, request)).get("items"))

    async def add_to_playlist(self, token: str, playlist_id: str, video_id: str) -> None:
        """Put the video at the playlist's end."""
        resource = {"kind": "youtube#video", "videoId": video_id}
        body = {"snippet": {"playlistId": playlist_id, "resourceId": resource}}
        await self._send(token, self._api.playlistItems().insert(part="snippet", body=body))


class _Nothing:
    """In the place of httplib2: nothing is sent through it."""

    credentials = None

    def request(self, *_: object, **__: object) -> None:
        raise AssertionError("requests of the YouTube API are sent by us")

    def close(self) -> None:
        """Nothing to close."""


def video_of(item: Json) -> Video:
    """A video resource as we keep it."""
    snippet, status, counts = item.get("snippet", {}), item.get("status", {}), item.get("statistics", {})
    return Video(
        id=str(item["id"]),
        tags=tuple(map(str, snippet.get("tags", []))),
        privacy=str(status.get("privacyStatus", "")),
        upload_status=str(status.get("uploadStatus", "")),
        trouble=str(status.get("rejectionReason") or status.get("failureReason") or ""),
        publish_at=_time(status.get("publishAt")),
        views=int(counts.get("viewCount", 0)),
        likes=int(counts.get("likeCount", 0)),
    )


def _playlist(item: Json) -> Playlist:
    return Playlist(
        str(item["id"]),
        str(item.get("snippet", {}).get("title", "")),
        int(item.get("contentDetails", {}).get("itemCount", 0)),
        str(item.get("status", {}).get("privacyStatus", "")),
    )


def _time(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC) if text else None
    except ValueError:
        return None
