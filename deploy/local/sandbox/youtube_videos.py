"""Videos: what an upload becomes, how it is processed, scheduled and counted, and videos.list, update and delete.

Rules of the metadata: developers.google.com/youtube/v3/docs/videos and the errors of videos.insert.
"""

import hashlib
import re
from datetime import datetime, timedelta
from typing import Any

from deploy.local.sandbox.core import Core, Json
from deploy.local.sandbox.youtube_api import Call
from deploy.local.sandbox.youtube_errors import GoogleError
from deploy.local.sandbox.youtube_media import duration_s
from deploy.local.sandbox.youtube_tokens import SERVICE

KIND = "video"
MAX_TITLE = 100
MAX_DESCRIPTION_BYTES = 5000
MAX_TAGS = 500
MAX_IDS = 50
DEFAULT_CATEGORY = "22"
STATUS = {"privacyStatus": "public", "embeddable": True, "license": "youtube", "publicStatsViewable": True}
WRITABLE = ("localizations", "recordingDetails", "paidProductPlacementDetails")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# who may be named on insert: id, title, whether a video may have it
CATEGORIES = (
    ("1", "Film & Animation", True), ("2", "Autos & Vehicles", True), ("10", "Music", True), ("15", "Pets & Animals", True),
    ("17", "Sports", True), ("18", "Short Movies", False), ("19", "Travel & Events", True), ("20", "Gaming", True),
    ("21", "Videoblogging", False), ("22", "People & Blogs", True), ("23", "Comedy", True), ("24", "Entertainment", True),
    ("25", "News & Politics", True), ("26", "Howto & Style", True), ("27", "Education", True),
    ("28", "Science & Technology", True), ("29", "Nonprofits & Activism", True), ("30", "Movies", False),
    ("43", "Shows", False), ("44", "Trailers", False),
)  # fmt: skip


class Videos:
    """Everything that was uploaded."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._store = core.store
        self._processing_s = float(core.environ.get("SANDBOX_PROCESSING_S", "0.3"))

    def check_insert(self, call: Call) -> None:
        """Refuse metadata that a video can't have."""
        _checked_snippet(call.body.get("snippet", {}), new=True)
        self._checked_status(call.body.get("status", {}), call.now)
        if call.body.get("localizations") and not call.body.get("snippet", {}).get("defaultLanguage"):
            raise GoogleError("defaultLanguageNotSet")

    def insert(self, call: Call) -> Json:
        """The video of an upload that is complete."""
        if call.media is None:
            raise GoogleError("mediaBodyRequired")
        video = {
            "id": self._core.token(8),
            "channel_id": call.channel_id,
            "snippet": {"categoryId": DEFAULT_CATEGORY, "description": "", **call.body.get("snippet", {})},
            "status": STATUS | call.body.get("status", {}),
            **{part: call.body[part] for part in WRITABLE if part in call.body},
            "uploaded_at": call.now.isoformat(),
            "locked": call.locked,
            "was_public": False,
            "file": call.media.file.name,
            "content_type": call.media.content_type,
            "size": call.media.size,
            "sha256": call.media.sha256,
            "duration_s": duration_s(call.media.file),
            "thumbnail": None,
            "views": 0,
        }
        self._put(video)
        return call.shown(self.resource(self.current(video)))

    def list_videos(self, call: Call) -> Json:
        """videos.list by `id`; each look at the statistics adds a few views."""
        if call.only_one_of("id", "chart", "myRating") != "id":
            raise GoogleError("notImplemented", "The sandbox lists videos by id alone.")
        ids = list(dict.fromkeys(call.parameters["id"]))
        if len(ids) > MAX_IDS:
            raise GoogleError("invalid", f"At most {MAX_IDS} ids.", "id")
        found = [video for id in ids if (video := self.find(id)) and _visible(video, call.channel_id)]
        if "statistics" in call.parts:
            for video in found:
                self._look(video)
        return call.listed("youtube#videoListResponse", [self.resource(video) for video in found])

    def update(self, call: Call) -> Json:
        """videos.update: the parts named are replaced as wholes, what the body leaves out goes back to its default."""
        video = self.own(str(call.body.get("id", "")), call.channel_id)
        if "snippet" in call.parts:
            _checked_snippet(call.body.get("snippet", {}), new=False)
            video["snippet"] = {"description": "", **call.body["snippet"]}
        if "status" in call.parts:
            status = call.body.get("status", {})
            self._checked_status(status, call.now)
            if "publishAt" in status and video["was_public"]:
                raise GoogleError("invalidPublishAt")
            video["status"] = STATUS | status
        for part in WRITABLE:
            if part in call.parts:
                video[part] = call.body.get(part, {})
        if video.get("localizations") and not video["snippet"].get("defaultLanguage"):
            raise GoogleError("defaultLanguageNotSet")
        self._put(video)
        return call.shown(self.resource(self.current(video)))

    def delete(self, call: Call) -> None:
        """videos.delete: with its captions, and out of every playlist."""
        video = self.own(call.parameter("id"), call.channel_id)
        with self._store.together():
            for kind in ("caption", "playlistItem"):
                for doc in self._store.list(SERVICE, kind, {"video_id": video["id"]}):
                    self._store.delete(SERVICE, kind, doc["id"])
            self._store.delete(SERVICE, KIND, video["id"])
        self._store.file(SERVICE, video["file"]).unlink(missing_ok=True)

    def categories(self, call: Call) -> Json:
        """videoCategories.list, the same in every region."""
        call.only_one_of("id", "regionCode")
        wanted = call.parameters.get("id")
        found = [
            {
                "kind": "youtube#videoCategory",
                "id": id,
                "snippet": {"title": title, "assignable": assignable, "channelId": "UCBR8-60-B28hp2BmDPdntcQ"},
            }
            for id, title, assignable in CATEGORIES
            if wanted is None or id in wanted
        ]
        return call.listed("youtube#videoCategoryListResponse", found)

    def find(self, id: str) -> Json | None:
        """A video as it is now."""
        video = self._store.get(SERVICE, KIND, id)
        return self.current(video) if video else None

    def own(self, id: str, channel_id: str) -> Json:
        """A video of this channel as it is now. GoogleError 404 or 403."""
        video = self.find(id)
        if video is None:
            raise GoogleError("videoNotFound")
        if video["channel_id"] != channel_id:
            raise GoogleError("forbidden")
        return video

    def all(self, channel_id: str = "") -> list[Json]:
        """Videos as they are now, oldest first; of one channel where it is named."""
        where = {"channel_id": channel_id} if channel_id else None
        return [self.current(video) for video in self._store.list(SERVICE, KIND, where)]

    def set_thumbnail(self, video: Json, thumbnail: Json) -> None:
        """Give a video its picture."""
        self._put(video | {"thumbnail": thumbnail})

    def processed(self, video: Json) -> bool:
        """Whether YouTube has done with it."""
        ready = datetime.fromisoformat(video["uploaded_at"]) + timedelta(seconds=self._processing_s)
        return self._core.now() >= ready

    def current(self, video: Json) -> Json:
        """A video with what time has brought: its hour of publication come, unless it is locked as private."""
        status = video["status"]
        if video["locked"]:
            status = {name: value for name, value in status.items() if name != "publishAt"} | {
                "privacyStatus": "private"
            }
        elif "publishAt" in status and self._core.now() >= _moment(status["publishAt"]):
            status = {name: value for name, value in status.items() if name != "publishAt"} | {
                "privacyStatus": "public"
            }
        was_public = video["was_public"] or status["privacyStatus"] == "public"
        now = video | {"status": status, "was_public": was_public}
        if now != video:
            self._put(now)
        return now

    def resource(self, video: Json) -> Json:
        """All parts of a video that the sandbox knows, as YouTube words them."""
        snippet, status, done = video["snippet"], video["status"], self.processed(video)
        channel = self._store.get(SERVICE, "channel", video["channel_id"]) or {"title": ""}
        uploaded = video["uploaded_at"].replace("+00:00", "Z")
        picture = f"{self._core.url}/youtube/thumbnails/{video['id']}"
        made_for_kids = status.get("selfDeclaredMadeForKids", False)
        resource: dict[str, Any] = {
            "kind": "youtube#video",
            "id": video["id"],
            "snippet": {
                "publishedAt": uploaded,
                "channelId": video["channel_id"],
                "channelTitle": channel["title"],
                "thumbnails": {"default": {"url": picture, "width": 120, "height": 90}},
                "liveBroadcastContent": "none",
                "localized": {"title": snippet["title"], "description": snippet["description"]},
                **snippet,
            },
            "status": {"uploadStatus": "processed" if done else "uploaded", **status, "madeForKids": made_for_kids},
            "contentDetails": {
                "duration": f"PT{video['duration_s']}S" if done else "P0D",
                "dimension": "2d",
                "definition": "hd",
                "caption": "true" if self._store.list(SERVICE, "caption", {"video_id": video["id"]}) else "false",
                "licensedContent": False,
                "projection": "rectangular",
                "hasCustomThumbnail": video["thumbnail"] is not None,
            },
            "statistics": {
                "viewCount": str(video["views"]),
                "likeCount": str(video["views"] // 9),
                "favoriteCount": "0",
                "commentCount": "0",
            },
            "processingDetails": {
                "processingStatus": "succeeded" if done else "processing",
                "thumbnailsAvailability": "available" if done else "inProgress",
                "fileDetailsAvailability": "available" if done else "inProgress",
            },
            "player": {"embedHtml": f'<iframe src="{self._core.url}/youtube/watch?v={video["id"]}"></iframe>'},
        }
        return resource | {part: video[part] for part in WRITABLE if part in video}

    def _look(self, video: Json) -> None:
        """Somebody looked: some views more, as many each time as this video's name says. Unwatched until it is processed."""
        if self.processed(video):
            video["views"] += 1 + hashlib.sha256(video["id"].encode()).digest()[0] % 7
            self._put(video)

    def _put(self, video: Json) -> None:
        self._store.put(SERVICE, KIND, video["id"], video)

    def _checked_status(self, status: Json, now: datetime) -> None:
        if "publishAt" in status:
            _moment(status["publishAt"])
            if status.get("privacyStatus") != "private":
                raise GoogleError("invalidPublishAt")
        if status.get("uploadStatus") or status.get("madeForKids") is not None:
            raise GoogleError("invalidVideoMetadata", "status.uploadStatus and status.madeForKids can't be set.")


def _checked_snippet(snippet: Json, new: bool) -> None:
    title = snippet.get("title", "")
    if not title.strip() or len(title) > MAX_TITLE or set("<>") & set(title):
        raise GoogleError("invalidTitle")
    description = snippet.get("description", "")
    if len(description.encode()) > MAX_DESCRIPTION_BYTES or set("<>") & set(description):
        raise GoogleError("invalidDescription")
    tags = snippet.get("tags", [])
    # commas between tags count, and the quotation marks that a tag with a space gets
    length = sum(len(tag) + 2 * (" " in tag) for tag in tags) + max(0, len(tags) - 1)
    if length > MAX_TAGS or any(not tag.strip() or set("<>") & set(tag) for tag in tags):
        raise GoogleError("invalidTags")
    category = snippet.get("categoryId", DEFAULT_CATEGORY if new else "")
    if category not in {id for id, _, assignable in CATEGORIES if assignable}:
        raise GoogleError("invalidCategoryId")
    for name in ("defaultLanguage", "defaultAudioLanguage"):
        if name in snippet and not LANGUAGE.fullmatch(snippet[name]):
            raise GoogleError("invalidVideoMetadata", f"snippet.{name} is no BCP 47 language code.")


def _visible(video: Json, channel_id: str) -> bool:
    return bool(video["channel_id"] == channel_id or video["status"]["privacyStatus"] != "private")


def _moment(text: str) -> datetime:
    """An ISO 8601 time with a zone. GoogleError for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise GoogleError("invalidPublishAt") from None
    if moment.tzinfo is None:
        raise GoogleError("invalidPublishAt")
    return moment
