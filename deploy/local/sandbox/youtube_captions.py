"""Caption tracks, and a video's own thumbnail."""

from deploy.local.sandbox.core import Core, Json
from deploy.local.sandbox.youtube_api import Call
from deploy.local.sandbox.youtube_errors import GoogleError
from deploy.local.sandbox.youtube_media import caption_type, picture_type
from deploy.local.sandbox.youtube_tokens import SERVICE
from deploy.local.sandbox.youtube_videos import LANGUAGE, Videos

KIND = "caption"
MAX_NAME = 150
# support.google.com/youtube/answer/72431: at most 2 MB; the discovery document alone would let more pass
MAX_THUMBNAIL_BYTES = 2 * 1024 * 1024


class Captions:
    """Tracks by video."""

    def __init__(self, core: Core, videos: Videos) -> None:
        self._core = core
        self._store = core.store
        self._videos = videos

    def list_captions(self, call: Call) -> Json:
        """captions.list of one's own video."""
        video = self._videos.own(call.parameter("videoId"), call.channel_id)
        wanted = call.parameters.get("id")
        found = [track for track in self.of(video["id"]) if wanted is None or track["id"] in wanted]
        return call.listed("youtube#captionListResponse", [self._resource(track) for track in found])

    def check_insert(self, call: Call) -> None:
        """Refuse a track that can't be: without a language, or there already under that language and name."""
        snippet = call.body.get("snippet", {})
        if not snippet.get("videoId") or not LANGUAGE.fullmatch(snippet.get("language", "")) or "name" not in snippet:
            raise GoogleError("invalidMetadata")
        if len(snippet["name"]) > MAX_NAME:
            raise GoogleError("nameTooLong")
        video = self._videos.own(snippet["videoId"], call.channel_id)
        if any(
            (track["language"], track["name"]) == (snippet["language"], snippet["name"])
            for track in self.of(video["id"])
        ):
            raise GoogleError("captionExists")

    def insert(self, call: Call) -> Json:
        """captions.insert: served once it is there, or `failed` where it is neither SubRip nor WebVTT."""
        # asked again, because another track may have come while this one was sent
        self.check_insert(call)
        snippet = call.body["snippet"]
        track = {
            "id": f"AUieDa{self._core.token(24)}",
            "video_id": snippet["videoId"],
            "language": snippet["language"],
            "name": snippet["name"],
            "is_draft": snippet.get("isDraft", False),
        }
        return self._put(call, track)

    def check_update(self, call: Call) -> None:
        """Refuse what is nobody's track."""
        self._own(call)

    def update(self, call: Call) -> Json:
        """captions.update: another file, another draft mark, or both."""
        track = self._own(call)
        track["is_draft"] = call.body.get("snippet", {}).get("isDraft", track["is_draft"])
        return self._put(call, track)

    def delete(self, call: Call) -> None:
        """captions.delete."""
        track = self._store.get(SERVICE, KIND, call.parameter("id"))
        if track is None:
            raise GoogleError("captionNotFound")
        self._videos.own(track["video_id"], call.channel_id)
        self._store.delete(SERVICE, KIND, track["id"])
        self._store.file(SERVICE, track["file"]).unlink(missing_ok=True)

    def of(self, video_id: str) -> list[Json]:
        """A video's tracks."""
        return self._store.list(SERVICE, KIND, {"video_id": video_id})

    def check_thumbnail(self, call: Call) -> None:
        """Refuse a picture for a video that isn't one's own."""
        self._videos.own(call.parameter("videoId"), call.channel_id)

    def set_thumbnail(self, call: Call) -> Json:
        """thumbnails.set."""
        if call.media is None:
            raise GoogleError("mediaBodyRequired")
        video = self._videos.own(call.parameter("videoId"), call.channel_id)
        if call.media.size > MAX_THUMBNAIL_BYTES:
            raise GoogleError("uploadTooLarge")
        with call.media.file.open("rb") as file:
            kind = picture_type(file.read(16))
        if not kind:
            raise GoogleError("invalidImage")
        thumbnail = {"file": call.media.file.name, "type": kind, "sha256": call.media.sha256, "size": call.media.size}
        self._videos.set_thumbnail(video, thumbnail)
        address = f"{self._core.url}/youtube/thumbnails/{video['id']}"
        sizes = {name: {"url": address, "width": width, "height": height} for name, width, height in SIZES}
        return {"kind": "youtube#thumbnailSetResponse", "items": [sizes]}

    def _own(self, call: Call) -> Json:
        track = self._store.get(SERVICE, KIND, str(call.body.get("id", "")))
        if track is None:
            raise GoogleError("captionNotFound")
        self._videos.own(track["video_id"], call.channel_id)
        return track

    def _put(self, call: Call, track: Json) -> Json:
        if call.media:
            form = caption_type(call.media.file.read_bytes())
            track |= {
                "file": call.media.file.name,
                "sha256": call.media.sha256,
                "size": call.media.size,
                "status": "serving" if form else "failed",
            }
        track["updated_at"] = call.now.isoformat().replace("+00:00", "Z")
        self._store.put(SERVICE, KIND, track["id"], track)
        return call.shown(self._resource(track))

    def _resource(self, track: Json) -> Json:
        failed = {"failureReason": "unknownFormat"} if track["status"] == "failed" else {}
        return {
            "kind": "youtube#caption",
            "id": track["id"],
            "snippet": {
                "videoId": track["video_id"],
                "lastUpdated": track["updated_at"],
                "trackKind": "standard",
                "language": track["language"],
                "name": track["name"],
                "audioTrackType": "unknown",
                "isCC": False,
                "isLarge": False,
                "isEasyReader": False,
                "isDraft": track["is_draft"],
                "isAutoSynced": False,
                "status": track["status"],
                **failed,
            },
        }


SIZES = (("default", 120, 90), ("medium", 320, 180), ("high", 480, 360), ("maxres", 1280, 720))
