"""google-api-python-client drives the sandbox: nothing of ours is between the two."""

import asyncio
import hashlib
import io
import json
import os
from pathlib import Path

import googleapiclient
import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaInMemoryUpload, MediaIoBaseUpload

from tests.support.sandbox import CREDENTIALS

BLOCK = 256 * 1024
SRT = b"1\n00:00:00,000 --> 00:00:01,500\nThe kettle knows.\n"


def library(box, channel):
    """The library's client, told of the sandbox's address alone."""
    folder = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
    document = json.loads((folder / "youtube.v3.json").read_bytes())
    # uploads take the scheme from here, whatever `api_endpoint` says
    document["rootUrl"] = document["baseUrl"] = box.environ["YOUTUBE_API_URL"]
    return build_from_document(document, credentials=Credentials(channel.token["access_token"]))


async def test_a_film_is_published_with_everything(box, channel):
    film = os.urandom(3 * BLOCK + 5)

    def publish():
        with library(box, channel) as youtube:
            body = {"snippet": {"title": "By the library"}, "status": {"privacyStatus": "unlisted"}}
            media = MediaIoBaseUpload(io.BytesIO(film), "video/mp4", chunksize=BLOCK, resumable=True)
            request = youtube.videos().insert(part="snippet,status", body=body, media_body=media)
            video = None
            while video is None:
                _, video = request.next_chunk(num_retries=0)
            id = video["id"]
            track = {"snippet": {"videoId": id, "language": "en", "name": "English"}}
            captions = MediaInMemoryUpload(SRT, "application/octet-stream")
            youtube.captions().insert(part="snippet", body=track, media_body=captions).execute()
            picture = MediaInMemoryUpload(b"\x89PNG\r\n\x1a\n" + b"x" * 100, "image/png")
            youtube.thumbnails().set(videoId=id, media_body=picture).execute()
            playlist = youtube.playlists().insert(part="snippet", body={"snippet": {"title": "Library"}}).execute()
            resource = {"kind": "youtube#video", "videoId": id}
            item = {"snippet": {"playlistId": playlist["id"], "resourceId": resource}}
            youtube.playlistItems().insert(part="snippet", body=item).execute()
            categories = youtube.videoCategories().list(part="snippet", regionCode="US").execute()
            return id, playlist["id"], len(categories["items"])

    id, playlist_id, categories = await asyncio.to_thread(publish)
    [video] = [video for video in (await box.state("youtube"))["videos"] if video["id"] == id]
    assert video["sha256"] == hashlib.sha256(film).hexdigest()
    assert video["playlist_ids"] == [playlist_id]
    assert [(track["language"], track["status"]) for track in video["captions"]] == [("en", "serving")]
    assert video["thumbnail_sha256"]
    assert categories > 10


async def test_captions_are_replaced_by_a_resumable_upload(box, channel):
    video = await channel.upload()

    def replace():
        with library(box, channel) as youtube:
            track = {"snippet": {"videoId": video["id"], "language": "en", "name": ""}}
            first = MediaInMemoryUpload(SRT, "application/octet-stream", resumable=True)
            made = youtube.captions().insert(part="snippet", body=track, media_body=first).execute()
            second = MediaInMemoryUpload(b"no captions", "application/octet-stream", resumable=True)
            youtube.captions().update(part="snippet", body={"id": made["id"]}, media_body=second).execute()
            return youtube.captions().list(part="snippet", videoId=video["id"]).execute()["items"]

    [track] = await asyncio.to_thread(replace)
    assert track["snippet"]["status"] == "failed"


async def test_the_library_goes_on_after_a_503(box, channel):
    film = os.urandom(2 * BLOCK)
    await box.fault("youtube", "PUT /api/upload", "status:503")

    def publish():
        with library(box, channel) as youtube:
            body = {"snippet": {"title": "Goes on"}, "status": {"privacyStatus": "private"}}
            media = MediaIoBaseUpload(io.BytesIO(film), "video/mp4", chunksize=BLOCK, resumable=True)
            request = youtube.videos().insert(part="snippet,status", body=body, media_body=media)
            with pytest.raises(HttpError):
                request.next_chunk(num_retries=0)
            video = None
            while video is None:
                _, video = request.next_chunk(num_retries=0)
            return video["id"]

    id = await asyncio.to_thread(publish)
    [video] = [video for video in (await box.state("youtube"))["videos"] if video["id"] == id]
    assert video["sha256"] == hashlib.sha256(film).hexdigest()


async def test_the_library_reads_our_errors_as_googles(box, channel):
    await box.fault("youtube", "GET /api", "error:quotaExceeded")

    def refused():
        with library(box, channel) as youtube, pytest.raises(HttpError) as error:
            youtube.channels().list(part="id", mine=True).execute()
        return error.value

    error = await asyncio.to_thread(refused)
    assert (error.status_code, error.error_details[0]["reason"]) == (403, "quotaExceeded")


async def test_the_library_refreshes_its_token(box, connect):
    channel = await connect(box)

    def listed():
        credentials = Credentials(
            None,
            refresh_token=channel.token["refresh_token"],
            token_uri=box.environ["GOOGLE_TOKEN_URL"],
            client_id=CREDENTIALS["GOOGLE_CLIENT_ID"],
            client_secret=CREDENTIALS["GOOGLE_CLIENT_SECRET"],
        )
        folder = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
        document = json.loads((folder / "youtube.v3.json").read_bytes())
        document["rootUrl"] = document["baseUrl"] = box.environ["YOUTUBE_API_URL"]
        with build_from_document(document, credentials=credentials) as youtube:
            return youtube.channels().list(part="id", mine=True).execute()["items"]

    assert len(await asyncio.to_thread(listed)) == 1
