"""Playlists and what is in them, the channel's uploads among them. A video may be in one list twice: YouTube lets it."""

import base64

from deploy.local.sandbox.core import Core, Json
from deploy.local.sandbox.youtube_api import Call
from deploy.local.sandbox.youtube_channels import uploads_playlist
from deploy.local.sandbox.youtube_errors import GoogleError
from deploy.local.sandbox.youtube_tokens import SERVICE
from deploy.local.sandbox.youtube_videos import Videos

KIND = "playlist"
ITEM = "playlistItem"
MAX_TITLE = 150


class Playlists:
    """Lists of videos."""

    def __init__(self, core: Core, videos: Videos) -> None:
        self._core = core
        self._store = core.store
        self._videos = videos

    def list_playlists(self, call: Call) -> Json:
        """playlists.list: one's own (`mine`), a channel's, or by `id`."""
        match call.only_one_of("mine", "channelId", "id"):
            case "mine":
                found = self._store.list(SERVICE, KIND, {"channel_id": call.channel_id})
            case "channelId":
                found = self._store.list(SERVICE, KIND, {"channel_id": call.parameter("channelId")})
            case _:
                found = [each for id in call.parameters["id"] if (each := self._store.get(SERVICE, KIND, id))]
        visible = [
            each
            for each in found
            if each["channel_id"] == call.channel_id or each["status"]["privacyStatus"] != "private"
        ]
        # newest first, as a channel shows them
        return call.listed("youtube#playlistListResponse", [self._resource(each) for each in reversed(visible)])

    def insert(self, call: Call) -> Json:
        """playlists.insert: a new, empty list, public unless its status says otherwise."""
        snippet = call.body.get("snippet", {})
        title = snippet.get("title", "")
        if not title.strip():
            raise GoogleError("playlistTitleRequired")
        if len(title) > MAX_TITLE or set("<>") & set(title):
            raise GoogleError("invalidPlaylistSnippet")
        playlist: Json = {
            "id": f"PL{self._core.token(24)}",
            "channel_id": call.channel_id,
            "snippet": {"description": "", **snippet},
            "status": {"privacyStatus": "public", **call.body.get("status", {})},
            "made_at": call.now.isoformat().replace("+00:00", "Z"),
        }
        self._store.put(SERVICE, KIND, playlist["id"], playlist)
        return call.shown(self._resource(playlist))

    def list_items(self, call: Call) -> Json:
        """playlistItems.list: of a list, in its order, or by `id`; uploads newest first."""
        if call.only_one_of("playlistId", "id") == "id":
            found = [item for id in call.parameters["id"] if (item := self._store.get(SERVICE, ITEM, id))]
        else:
            found = self._items_of(call.parameter("playlistId"), call.channel_id)
        video_id = call.parameter("videoId")
        kept = [item for item in found if not video_id or item["video_id"] == video_id]
        return call.listed("youtube#playlistItemListResponse", [self._item_resource(item) for item in kept])

    def insert_item(self, call: Call) -> Json:
        """playlistItems.insert: at the end, or at `snippet.position`."""
        snippet = call.body.get("snippet", {})
        resource, playlist_id = snippet.get("resourceId"), snippet.get("playlistId")
        if not playlist_id:
            raise GoogleError("playlistIdRequired")
        if not resource:
            raise GoogleError("resourceIdRequired")
        if resource.get("kind") != "youtube#video":
            raise GoogleError("invalidResourceType")
        self._own(playlist_id, call.channel_id)
        if self._videos.find(resource.get("videoId", "")) is None:
            raise GoogleError("videoNotFound")
        there = self._items_of(playlist_id, call.channel_id)
        position = snippet.get("position", len(there))
        if not 0 <= position <= len(there):
            raise GoogleError("invalidPlaylistItemPosition")
        item = {
            "id": base64.urlsafe_b64encode(f"{playlist_id}.{self._core.token(8)}".encode()).decode().rstrip("="),
            "playlist_id": playlist_id,
            "video_id": resource["videoId"],
            "position": position,
            "added_at": call.now.isoformat().replace("+00:00", "Z"),
        }
        with self._store.together():
            for place, other in enumerate([*there[:position], item, *there[position:]]):
                self._store.put(SERVICE, ITEM, other["id"], other | {"position": place})
        return call.shown(self._item_resource(item))

    def delete_item(self, call: Call) -> None:
        """playlistItems.delete."""
        item = self._store.get(SERVICE, ITEM, call.parameter("id"))
        if item is None:
            raise GoogleError("playlistItemNotFound")
        self._own(item["playlist_id"], call.channel_id)
        with self._store.together():
            self._store.delete(SERVICE, ITEM, item["id"])
            for place, other in enumerate(self._items_of(item["playlist_id"], call.channel_id)):
                self._store.put(SERVICE, ITEM, other["id"], other | {"position": place})

    def of_video(self, video_id: str) -> list[Json]:
        """The playlists that a video is in, once for each time that it is there."""
        items = self._store.list(SERVICE, ITEM, {"video_id": video_id})
        return [each for item in items if (each := self._store.get(SERVICE, KIND, item["playlist_id"]))]

    def all(self, channel_id: str = "") -> list[Json]:
        """Every playlist with `video_ids` in its order; of one channel where it is named."""
        where = {"channel_id": channel_id} if channel_id else None
        return [
            each | {"video_ids": [item["video_id"] for item in self._items_of(each["id"], each["channel_id"])]}
            for each in self._store.list(SERVICE, KIND, where)
        ]

    def _items_of(self, playlist_id: str, channel_id: str) -> list[Json]:
        if playlist_id.startswith("UU"):
            return self._uploads(playlist_id, channel_id)
        playlist = self._store.get(SERVICE, KIND, playlist_id)
        private = playlist and playlist["status"]["privacyStatus"] == "private"
        if playlist is None or (private and playlist["channel_id"] != channel_id):
            raise GoogleError("playlistNotFound", location="playlistId")
        items = self._store.list(SERVICE, ITEM, {"playlist_id": playlist_id})
        return sorted(items, key=lambda item: item["position"])

    def _uploads(self, playlist_id: str, channel_id: str) -> list[Json]:
        owner = f"UC{playlist_id[2:]}"
        if self._store.get(SERVICE, "channel", owner) is None:
            raise GoogleError("playlistNotFound", location="playlistId")
        videos = [
            video
            for video in reversed(self._videos.all(owner))
            if owner == channel_id or video["status"]["privacyStatus"] == "public"
        ]
        return [
            {
                "id": base64.urlsafe_b64encode(f"{playlist_id}.{video['id']}".encode()).decode().rstrip("="),
                "playlist_id": playlist_id,
                "video_id": video["id"],
                "position": place,
                "added_at": video["uploaded_at"].replace("+00:00", "Z"),
            }
            for place, video in enumerate(videos)
        ]

    def _own(self, playlist_id: str, channel_id: str) -> None:
        if playlist_id == uploads_playlist(channel_id):
            raise GoogleError("playlistItemsNotAccessible")
        playlist = self._store.get(SERVICE, KIND, playlist_id)
        if playlist is None:
            raise GoogleError("playlistNotFound")
        if playlist["channel_id"] != channel_id:
            raise GoogleError("playlistItemsNotAccessible")

    def _resource(self, playlist: Json) -> Json:
        snippet = playlist["snippet"]
        channel = self._store.get(SERVICE, "channel", playlist["channel_id"]) or {"title": ""}
        return {
            "kind": "youtube#playlist",
            "id": playlist["id"],
            "snippet": {
                "publishedAt": playlist["made_at"],
                "channelId": playlist["channel_id"],
                "channelTitle": channel["title"],
                "thumbnails": {},
                "localized": {"title": snippet["title"], "description": snippet["description"]},
                **snippet,
            },
            "status": playlist["status"],
            "contentDetails": {"itemCount": len(self._store.list(SERVICE, ITEM, {"playlist_id": playlist["id"]}))},
        }

    def _item_resource(self, item: Json) -> Json:
        video = self._videos.find(item["video_id"])
        snippet = video["snippet"] if video else {"title": "Deleted video", "description": ""}
        return {
            "kind": "youtube#playlistItem",
            "id": item["id"],
            "snippet": {
                "publishedAt": item["added_at"],
                "channelId": video["channel_id"] if video else "",
                "title": snippet["title"],
                "description": snippet["description"],
                "thumbnails": {},
                "playlistId": item["playlist_id"],
                "position": item["position"],
                "resourceId": {"kind": "youtube#video", "videoId": item["video_id"]},
            },
            "contentDetails": {
                "videoId": item["video_id"],
                **({"videoPublishedAt": video["uploaded_at"].replace("+00:00", "Z")} if video else {}),
            },
            "status": {"privacyStatus": video["status"]["privacyStatus"] if video else "private"},
        }
