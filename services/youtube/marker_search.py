"""Looking for a publication's video among the channel's uploads: before anything is uploaded a second time."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from services.youtube.calls import Calls
from services.youtube.publication_models import Publication
from services.youtube.spec import marker
from services.youtube.youtube_client import Video, YouTube

# how far back uploads are looked through, at most: pages of 50
MOST_PAGES = 20
# clocks differ, and YouTube dates an upload when it was begun
CLOCKS_DIFFER = timedelta(hours=1)


async def find_video(calls: Calls, youtube: YouTube, publication: Publication) -> Video | None:
    """The video that bears the publication's marker, or None; about 3 units. What `Calls` raises."""
    connection_id = publication.connection_id
    if connection_id is None:
        return None
    playlist_id = await calls(connection_id, "channels.list", youtube.uploads_playlist)
    if not playlist_id:
        return None
    wanted, oldest, page_token = marker(publication.id), publication.created_at - CLOCKS_DIFFER, ""
    for _ in range(MOST_PAGES):
        page, page_token = await calls(
            connection_id,
            "playlistItems.list",
            partial(youtube.uploads, playlist_id=playlist_id, page_token=page_token),
        )
        ids = [upload.video_id for upload in page if upload.added_at >= oldest]
        if ids:
            call = partial(youtube.videos, ids=ids, part="snippet,status")
            for video in await calls(connection_id, "videos.list", call):
                if wanted in video.tags:
                    return video
        if not page_token or len(ids) < len(page):
            return None
    return None
