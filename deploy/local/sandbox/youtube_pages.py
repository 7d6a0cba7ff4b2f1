"""YouTube's pages: the channels, and the watch page that plays what was uploaded."""

import re
from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from deploy.local.sandbox.core import Core, Json, Refused
from deploy.local.sandbox.pages import page
from deploy.local.sandbox.youtube_captions import KIND as CAPTION
from deploy.local.sandbox.youtube_captions import Captions
from deploy.local.sandbox.youtube_channels import Channels
from deploy.local.sandbox.youtube_media import as_vtt
from deploy.local.sandbox.youtube_playlists import Playlists
from deploy.local.sandbox.youtube_tokens import SERVICE
from deploy.local.sandbox.youtube_videos import Videos

TIMESTAMP = re.compile(r"^\s*(?:(\d{1,2}):)?(\d{1,2}):([0-5]\d)\s+\S")
# support.google.com/youtube/answer/9884579: chapters begin at 0:00, there are three at least, none under ten seconds
FEWEST_CHAPTERS, SHORTEST_CHAPTER_S = 3, 10
LOCKED_DOWN = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}


class Pages:
    """What a person sees."""

    def __init__(
        self, core: Core, channels: Channels, videos: Videos, playlists: Playlists, captions: Captions
    ) -> None:
        self._core = core
        self._channels = channels
        self._videos = videos
        self._playlists = playlists
        self._captions = captions

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Their paths."""
        return [
            Route("/", self._home),
            Route("/channel/{id}", self._home),
            Route("/playlist", self._playlist),
            Route("/watch", self._watch),
            Route("/media/{id}", self._media),
            Route("/thumbnails/{id}", self._thumbnail),
            Route("/captions/{id}.vtt", self._caption),
        ]

    async def _home(self, request: Request) -> Response:
        only = request.path_params.get("id", "")
        shelves = [
            (channel, self._videos.all(channel["id"])[::-1], self._playlists.all(channel["id"]))
            for channel in self._channels.all()
            if not only or channel["id"] == only
        ]
        # channels that somebody has put something on, unless one is asked for
        shown = [shelf for shelf in shelves if only or shelf[1] or shelf[2]]
        return page("youtube_channels.html", shelves=shown, connected=len(shelves))

    async def _playlist(self, request: Request) -> Response:
        wanted = request.query_params.get("list", "")
        found = [playlist for playlist in self._playlists.all() if playlist["id"] == wanted]
        if not found:
            raise Refused("no such playlist", 404)
        videos = [video for id in found[0]["video_ids"] if (video := self._videos.find(id))]
        return page("youtube_playlist.html", playlist=found[0], videos=videos)

    async def _watch(self, request: Request) -> Response:
        video = self._video(request.query_params.get("v", ""))
        lines = described(video["snippet"]["description"])
        return page(
            "youtube_watch.html",
            video=video,
            processed=self._videos.processed(video),
            channel=self._core.store.get(SERVICE, "channel", video["channel_id"]),
            lines=lines,
            chapters=chapters(lines),
            captions=self._captions.of(video["id"]),
            playlists=self._playlists.of_video(video["id"]),
        )

    async def _media(self, request: Request) -> Response:
        video = self._video(request.path_params["id"])
        return self._bytes(video["file"], video["content_type"])

    async def _thumbnail(self, request: Request) -> Response:
        video = self._video(request.path_params["id"])
        if video["thumbnail"] is None:
            raise Refused("this video has no thumbnail of its own", 404)
        return self._bytes(video["thumbnail"]["file"], video["thumbnail"]["type"])

    async def _caption(self, request: Request) -> Response:
        track = self._core.store.get(SERVICE, CAPTION, request.path_params["id"])
        if track is None or track["status"] != "serving":
            raise Refused("no such captions", 404)
        content = self._core.store.file(SERVICE, track["file"]).read_bytes()
        return PlainTextResponse(as_vtt(content), media_type="text/vtt", headers=LOCKED_DOWN)

    def _bytes(self, name: str, media_type: str) -> Response:
        return FileResponse(self._core.store.file(SERVICE, name), media_type=media_type, headers=LOCKED_DOWN)

    def _video(self, id: str) -> Json:
        video = self._videos.find(id)
        if video is None:
            raise Refused("no such video", 404)
        return video


def watch_url(core: Core, video_id: str) -> str:
    """The address of a video's page."""
    return f"{core.url}/youtube/watch?{urlencode({'v': video_id})}"


def described(description: str) -> list[tuple[str, int | None]]:
    """The lines of a description, each with the second at which it points (None for most)."""
    return [(line, _second(line)) for line in description.splitlines()]


def chapters(lines: Sequence[tuple[str, int | None]]) -> bool:
    """Whether YouTube would make chapters of these lines."""
    starts = [second for _, second in lines if second is not None]
    far_enough = all(b - a >= SHORTEST_CHAPTER_S for a, b in pairwise(starts))
    return len(starts) >= FEWEST_CHAPTERS and starts[0] == 0 and far_enough


def _second(line: str) -> int | None:
    found = TIMESTAMP.match(line)
    if not found:
        return None
    hours, minutes, seconds = found.groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
