"""Channels: two for every Google account, made when they are first looked at, and channels.list."""

import hashlib
from typing import TYPE_CHECKING

from deploy.local.sandbox.core import Core, Json
from deploy.local.sandbox.youtube_errors import GoogleError

if TYPE_CHECKING:
    from deploy.local.sandbox.youtube_api import Call

SERVICE = "youtube"
KIND = "channel"
TITLES = ("Pictures", "Second Reel")


class Channels:
    """Who uploads."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def of(self, account: str) -> list[Json]:
        """The channels of a Google account (an e-mail address), always the same."""
        return [self._made(account, number) for number in range(len(TITLES))]

    def get(self, id: str) -> Json:
        """The channel of this id, which somebody has consented to before."""
        channel = self._core.store.get(SERVICE, KIND, id)
        if channel is None:
            raise GoogleError("notFound")
        return channel

    def all(self) -> list[Json]:
        """Every channel that was looked at."""
        return self._core.store.list(SERVICE, KIND)

    def list_channels(self, call: "Call") -> Json:
        """channels.list: of one's own (`mine`) or by `id`."""
        filters = call.only_one_of("mine", "id")
        if filters == "mine":
            if call.parameter("mine") != "true":
                raise GoogleError("missingRequiredParameter", location="parameters.", location_type="other")
            found = [self.get(call.channel_id)]
        else:
            wanted = set(call.parameters["id"])
            found = [channel for channel in self.all() if channel["id"] in wanted]
        return call.listed("youtube#channelListResponse", [self._resource(channel) for channel in found])

    def _resource(self, channel: Json) -> Json:
        videos = self._core.store.list(SERVICE, "video", {"channel_id": channel["id"]})
        return {
            "kind": "youtube#channel",
            "id": channel["id"],
            "snippet": {
                "title": channel["title"],
                "description": "A channel of the sandbox. Nothing here is real.",
                "customUrl": channel["handle"],
                "publishedAt": channel["made_at"],
                "thumbnails": {},
                "localized": {
                    "title": channel["title"],
                    "description": "A channel of the sandbox. Nothing here is real.",
                },
            },
            "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": uploads_playlist(channel["id"])}},
            "statistics": {
                "viewCount": str(sum(video["views"] for video in videos)),
                "subscriberCount": "0",
                "hiddenSubscriberCount": False,
                "videoCount": str(len(videos)),
            },
            "status": {"privacyStatus": "public", "isLinked": True, "longUploadsStatus": "allowed"},
        }

    def _made(self, account: str, number: int) -> Json:
        digest = hashlib.sha256(f"{account}/{number}".encode()).hexdigest()
        id = f"UC{digest[:22]}"
        kept = self._core.store.get(SERVICE, KIND, id)
        if kept is None:
            name = account.partition("@")[0]
            kept = {
                "id": id,
                "account": account,
                "title": f"{name.capitalize()} {TITLES[number]}",
                "handle": f"@{name}-{number + 1}",
                "made_at": self._core.now().isoformat().replace("+00:00", "Z"),
            }
            self._core.store.put(SERVICE, KIND, id, kept)
        return kept


def uploads_playlist(channel_id: str) -> str:
    """The id of the playlist of everything that a channel has uploaded."""
    return f"UU{channel_id[2:]}"
