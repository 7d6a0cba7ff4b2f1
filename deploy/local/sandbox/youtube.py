"""Google and YouTube: sign-in, the Data API as a film studio uses it, and a watch page for what was uploaded.

Settings: SANDBOX_PROCESSING_S (seconds until a video is processed, 0.3), SANDBOX_GOOGLE_TOKEN_S (an access token's life,
3600), SANDBOX_YOUTUBE_UNITS (10000 a day), SANDBOX_YOUTUBE_INSERTS (100 a day), SANDBOX_YOUTUBE_CHANNEL_UPLOADS (100 a day).
"""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from deploy.local.sandbox.core import Core, Json, Provider
from deploy.local.sandbox.youtube_api import Door, Methods
from deploy.local.sandbox.youtube_captions import Captions
from deploy.local.sandbox.youtube_channels import Channels
from deploy.local.sandbox.youtube_errors import API_REASONS, OAUTH_REASONS, bare
from deploy.local.sandbox.youtube_oauth import OAuth
from deploy.local.sandbox.youtube_pages import Pages, watch_url
from deploy.local.sandbox.youtube_playlists import Playlists
from deploy.local.sandbox.youtube_quota import Quota
from deploy.local.sandbox.youtube_tokens import SERVICE, Tokens
from deploy.local.sandbox.youtube_uploads import Uploaded, Uploads
from deploy.local.sandbox.youtube_videos import Videos


class YouTube(Provider):
    """All of it."""

    name = SERVICE
    label = "A video site, with sign-in"
    actions = ("consent", "reset_limits")
    special = frozenset({"short_308", "lost_session", "error", "private_lock"})
    reasons = frozenset(API_REASONS) | frozenset(OAUTH_REASONS)

    def __init__(self, core: Core) -> None:
        self._core = core
        self._quota = Quota(core, core.environ)
        self._channels = Channels(core)
        self._videos = Videos(core)
        self._playlists = Playlists(core, self._videos)
        self._captions = Captions(core, self._videos)
        tokens = Tokens(core)
        self._oauth = OAuth(core, tokens, self._channels)
        self._pages = Pages(core, self._channels, self._videos, self._playlists, self._captions)
        door = Door(core, tokens, self._quota)
        self._methods = Methods(
            door,
            {
                "channels.list": self._channels.list_channels,
                "videos.list": self._videos.list_videos,
                "videos.update": self._videos.update,
                "videos.delete": self._videos.delete,
                "videoCategories.list": self._videos.categories,
                "playlists.list": self._playlists.list_playlists,
                "playlists.insert": self._playlists.insert,
                "playlistItems.list": self._playlists.list_items,
                "playlistItems.insert": self._playlists.insert_item,
                "playlistItems.delete": self._playlists.delete_item,
                "captions.list": self._captions.list_captions,
                "captions.update": self._captions.update,
                "captions.delete": self._captions.delete,
            },
        )
        self._uploads = Uploads(
            core,
            door,
            {
                "videos.insert": Uploaded(self._videos.check_insert, self._videos.insert),
                "thumbnails.set": Uploaded(self._captions.check_thumbnail, self._captions.set_thumbnail),
                "captions.insert": Uploaded(self._captions.check_insert, self._captions.insert),
                "captions.update": Uploaded(self._captions.check_update, self._captions.update),
            },
        )

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Sign-in, the API below `/api/`, the pages."""
        everything = ["GET", "POST", "PUT", "DELETE"]
        return [
            *self._oauth.routes,
            Route("/api/upload/{path:path}", self._uploads.serve, methods=everything),
            Route("/api/resumable/upload/{path:path}", self._uploads.serve, methods=everything),
            Route("/api/{path:path}", self._methods.serve, methods=everything),
            *self._pages.routes,
        ]

    def refusal(self, status: int) -> Response:
        """In the words of Google's front end."""
        return bare(status)

    async def act(self, action: str, id: str) -> Json:
        """`consent`: allow what a page asks (see `OAuth.consent`). `reset_limits`: as if the next day had begun."""
        if action == "consent":
            return await self._oauth.consent(id)
        self._quota.reset()
        return {"quota_units_used": self._quota.units_used(self._core.now())}

    def state(self) -> Json:
        """{videos, playlists, inserts, quota_units_used}; `inserts` are the calls of videos.insert that were let in."""
        return {
            "videos": [self._told(video) for video in self._videos.all()],
            "playlists": [
                {
                    "id": playlist["id"],
                    "title": playlist["snippet"]["title"],
                    "channel_id": playlist["channel_id"],
                    "privacy_status": playlist["status"]["privacyStatus"],
                    "video_ids": playlist["video_ids"],
                }
                for playlist in self._playlists.all()
            ],
            "inserts": self._core.store.number("youtube.videos.insert"),
            "quota_units_used": self._quota.units_used(self._core.now()),
        }

    def _told(self, video: Json) -> Json:
        snippet, status = video["snippet"], video["status"]
        return {
            "id": video["id"],
            "sha256": video["sha256"],
            "size_bytes": video["size"],
            "title": snippet["title"],
            "privacy_status": status["privacyStatus"],
            "captions": [
                {name: track[name] for name in ("id", "language", "name", "status", "sha256")}
                for track in self._captions.of(video["id"])
            ],
            "playlist_ids": [playlist["id"] for playlist in self._playlists.of_video(video["id"])],
            "description": snippet["description"],
            "tags": snippet.get("tags", []),
            "category_id": snippet["categoryId"],
            "channel_id": video["channel_id"],
            "publish_at": status.get("publishAt"),
            "upload_status": "processed" if self._videos.processed(video) else "uploaded",
            "thumbnail_sha256": video["thumbnail"]["sha256"] if video["thumbnail"] else None,
            "default_language": snippet.get("defaultLanguage"),
            "made_for_kids": status.get("selfDeclaredMadeForKids", False),
            "contains_synthetic_media": status.get("containsSyntheticMedia", False),
            "views": video["views"],
            "watch_url": watch_url(self._core, video["id"]),
        }


def build(core: Core) -> YouTube:
    """The video site."""
    return YouTube(core)
