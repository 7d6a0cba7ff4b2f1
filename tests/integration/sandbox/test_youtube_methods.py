"""The Data API's methods: what they make, what they refuse, what they cost."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.support import sandbox
from tests.support.eventually import eventually_async

SRT = b"1\n00:00:00,000 --> 00:00:01,500\nThe kettle knows.\n\n2\n00:00:02,000 --> 00:00:03,000\nWhen it rains.\n"
VTT = b"WEBVTT\n\n00:00.000 --> 00:01.500\nThe kettle knows.\n"
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 100
UPLOAD = "/youtube/api/upload/youtube/v3"


def reason(answer):
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    return error["errors"][0]["reason"]


def film(**snippet):
    return {"snippet": {"title": "A film", **snippet}, "status": {"privacyStatus": "private"}}


async def told(box, id):
    return next(video for video in (await box.state("youtube"))["videos"] if video["id"] == id)


async def caption(channel, video_id, content=SRT, language="en", name="", kind="insert"):
    boundary = "between"
    metadata = f'{{"snippet": {{"videoId": "{video_id}", "language": "{language}", "name": "{name}"}}}}'
    body = (
        f"--{boundary}\r\nContent-Type: application/json\r\n\r\n{metadata}\r\n"
        f"--{boundary}\r\nContent-Type: application/octet-stream\r\n\r\n"
    ).encode() + content
    return await channel.box.http.post(
        f"{UPLOAD}/captions?uploadType=multipart&part=snippet",
        content=body + f"\r\n--{boundary}--\r\n".encode(),
        headers=channel.headers | {"Content-Type": f"multipart/related; boundary={boundary}"},
    )


async def thumbnail(channel, video_id, content=JPEG, content_type="image/jpeg"):
    return await channel.box.http.post(
        f"{UPLOAD}/thumbnails/set?uploadType=media&videoId={video_id}",
        content=content,
        headers=channel.headers | {"Content-Type": content_type},
    )


# the contract


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"part": "snippet", "id": "x", "pretty": "yes"}, "invalid"),
        ({"id": "x"}, "required"),
        ({"part": "snippett", "id": "x"}, "unknownPart"),
        ({"part": "snippet"}, "missingRequiredParameter"),
        ({"part": "snippet", "id": "x", "chart": "mostPopular"}, "incompatibleParameters"),
        ({"part": "snippet", "id": "x", "maxResults": "51"}, "invalid"),
    ],
)
async def test_parameters_are_held_against_the_discovery_document(channel, query, wanted):
    answer = await channel.ask("GET", "videos", **query)
    assert (answer.status_code, reason(answer)) == (400, wanted)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"snippet": {"title": "x", "colour": "red"}}, "invalid"),
        ({"snippet": {"title": 5}}, "invalid"),
        ({"snippet": {"title": "x"}, "status": {"privacyStatus": "secret"}}, "invalid"),
        ({"snippet": {"title": "x"}, "contentDetails": {}}, "unexpectedPart"),
    ],
)
async def test_bodies_are_held_against_the_discovery_document(channel, body, wanted):
    answer = await channel.begin(6, body)
    assert (answer.status_code, reason(answer)) == (400, wanted)


async def test_a_method_that_is_not_played_says_so(channel):
    answer = await channel.ask("GET", "search", part="snippet", q="kettle")
    assert (answer.status_code, reason(answer)) == (501, "notImplemented")


async def test_fields_narrow_the_answer(channel):
    video = await channel.upload()
    answer = await channel.ok("GET", "videos", part="snippet,status", id=video["id"], fields="items(id,snippet/title)")
    assert answer == {"items": [{"id": video["id"], "snippet": {"title": "The Kettle"}}]}


async def test_nobody_without_a_token_is_served(box):
    answer = await box.http.get("/youtube/api/youtube/v3/videos?part=id&id=x")
    assert (answer.status_code, reason(answer)) == (401, "authError")


# videos


@pytest.mark.parametrize(
    ("snippet", "wanted"),
    [
        ({"title": ""}, "invalidTitle"),
        ({"title": "x" * 101}, "invalidTitle"),
        ({"title": "a < b"}, "invalidTitle"),
        ({"description": "ü" * 2501}, "invalidDescription"),
        ({"tags": ["x" * 501]}, "invalidTags"),
        ({"tags": ["two words"] * 50}, "invalidTags"),
        ({"categoryId": "30"}, "invalidCategoryId"),
        ({"defaultLanguage": "no language"}, "invalidVideoMetadata"),
    ],
)
async def test_metadata_has_limits(channel, snippet, wanted):
    answer = await channel.begin(6, film(**snippet))
    assert (answer.status_code, reason(answer)) == (400, wanted)


async def test_what_was_asked_is_read_back(box, channel):
    body = {
        "snippet": {"title": "Full", "description": "0:00 Once", "tags": ["a", "b"], "categoryId": "1", "defaultLanguage": "de"},
        "status": {"privacyStatus": "unlisted", "selfDeclaredMadeForKids": True, "containsSyntheticMedia": True},
    }  # fmt: skip
    video = await channel.upload(b"a film", body)
    found = await told(box, video["id"])
    assert {name: found[name] for name in ("title", "tags", "category_id", "default_language", "privacy_status")} == {
        "title": "Full", "tags": ["a", "b"], "category_id": "1", "default_language": "de", "privacy_status": "unlisted",
    }  # fmt: skip
    assert (found["made_for_kids"], found["contains_synthetic_media"]) == (True, True)


async def test_an_update_replaces_whole_parts(box, channel):
    video = await channel.upload(b"a film", film(description="before", tags=["a"]))
    changed = {"id": video["id"], "snippet": {"title": "After", "categoryId": "22"}}
    await channel.ok("PUT", "videos", changed, part="snippet")
    found = await told(box, video["id"])
    assert (found["title"], found["description"], found["tags"], found["privacy_status"]) == (
        "After",
        "",
        [],
        "private",
    )


async def test_an_update_of_the_snippet_needs_its_category(channel):
    video = await channel.upload()
    changed = {"id": video["id"], "snippet": {"title": "After"}}
    assert reason(await channel.ask("PUT", "videos", changed, part="snippet")) == "invalidCategoryId"


async def test_nobody_changes_somebody_elses_video(box, channel, connect):
    video = await channel.upload()
    other = await connect(box)
    answer = await other.ask("DELETE", "videos", id=video["id"])
    assert (answer.status_code, reason(answer)) == (403, "forbidden")


async def test_a_private_video_is_hidden_from_others(box, channel, connect):
    video = await channel.upload()
    other = await connect(box)
    assert (await other.ok("GET", "videos", part="id", id=video["id"]))["items"] == []


async def test_a_deleted_video_is_gone_everywhere(box, channel):
    video = await channel.upload()
    playlist = await channel.ok("POST", "playlists", {"snippet": {"title": "List"}}, part="snippet")
    await put_into(channel, playlist["id"], video["id"])
    await caption(channel, video["id"])
    assert (await channel.ask("DELETE", "videos", id=video["id"])).status_code == 204
    items = await channel.ok("GET", "playlistItems", part="id", playlistId=playlist["id"])
    assert items["items"] == []
    assert (await box.http.get("/youtube/watch", params={"v": video["id"]})).status_code == 404


async def test_a_video_is_processed_after_a_moment(tmp_path, connect):
    async with sandbox.running(tmp_path, SANDBOX_PROCESSING_S="0.5") as box:
        channel = await connect(box)
        video = await channel.upload()
        assert video["status"]["uploadStatus"] == "uploaded"

        async def processed():
            found = await channel.ok("GET", "videos", part="status,processingDetails", id=video["id"])
            status = found["items"][0]
            return status["status"]["uploadStatus"] == "processed" and (
                status["processingDetails"]["processingStatus"] == "succeeded"
            )

        await eventually_async(processed)


async def test_a_scheduled_video_becomes_public_at_its_hour(box, channel):
    soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    body = {"snippet": {"title": "Later"}, "status": {"privacyStatus": "private", "publishAt": soon}}
    video = await channel.upload(b"a film", body)
    assert (await told(box, video["id"]))["privacy_status"] == "private"

    async def public():
        return (await told(box, video["id"]))["privacy_status"] == "public"

    await eventually_async(public)


async def test_an_hour_of_publication_needs_a_private_video(channel):
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    body = {"snippet": {"title": "Later"}, "status": {"privacyStatus": "public", "publishAt": soon}}
    assert reason(await channel.begin(6, body)) == "invalidPublishAt"


async def test_private_lock_keeps_a_video_private_whatever_is_asked(box, channel):
    await box.fault("youtube", "POST /api/upload/youtube/v3/videos", "private_lock")
    public = {"snippet": {"title": "Locked", "categoryId": "22"}, "status": {"privacyStatus": "public"}}
    video = await channel.upload(b"a film", public)
    assert video["status"]["privacyStatus"] == "private"
    await channel.ok("PUT", "videos", public | {"id": video["id"]}, part="snippet,status")
    assert (await told(box, video["id"]))["privacy_status"] == "private"


async def test_statistics_grow_steadily_with_each_look(channel):
    video = await channel.upload()
    looks = [
        int(
            (await channel.ok("GET", "videos", part="statistics", id=video["id"]))["items"][0]["statistics"][
                "viewCount"
            ]
        )
        for _ in range(3)
    ]
    assert looks[0] > 0
    assert looks[2] - looks[1] == looks[1] - looks[0] == looks[0]


# playlists


async def put_into(channel, playlist_id, video_id, **more):
    resource = {"kind": "youtube#video", "videoId": video_id}
    return await channel.ok(
        "POST",
        "playlistItems",
        {"snippet": {"playlistId": playlist_id, "resourceId": resource, **more}},
        part="snippet",
    )


async def test_uploads_are_a_playlist_newest_first(channel):
    older, newer = await channel.upload(), await channel.upload()
    mine = (await channel.ok("GET", "channels", part="contentDetails", mine="true"))["items"][0]
    uploads = mine["contentDetails"]["relatedPlaylists"]["uploads"]
    items = await channel.ok("GET", "playlistItems", part="contentDetails", playlistId=uploads)
    assert [item["contentDetails"]["videoId"] for item in items["items"]] == [newer["id"], older["id"]]


async def test_a_video_put_into_a_playlist_twice_is_there_twice(box, channel):
    video = await channel.upload()
    playlist = await channel.ok("POST", "playlists", {"snippet": {"title": "Doubles"}}, part="snippet")
    await put_into(channel, playlist["id"], video["id"])
    await put_into(channel, playlist["id"], video["id"])
    assert (await told(box, video["id"]))["playlist_ids"] == [playlist["id"]] * 2


async def test_an_item_goes_where_it_is_told_and_goes_away(channel):
    first, second = await channel.upload(), await channel.upload()
    playlist = await channel.ok("POST", "playlists", {"snippet": {"title": "Order"}}, part="snippet")
    await put_into(channel, playlist["id"], first["id"])
    item = await put_into(channel, playlist["id"], second["id"], position=0)

    async def order():
        items = await channel.ok("GET", "playlistItems", part="contentDetails", playlistId=playlist["id"])
        return [each["contentDetails"]["videoId"] for each in items["items"]]

    assert await order() == [second["id"], first["id"]]
    assert (await channel.ask("DELETE", "playlistItems", id=item["id"])).status_code == 204
    assert await order() == [first["id"]]


async def test_playlists_come_in_pages(channel):
    for number in range(3):
        await channel.ok("POST", "playlists", {"snippet": {"title": f"List {number}"}}, part="snippet")
    first = await channel.ok("GET", "playlists", part="snippet", mine="true", maxResults="2")
    second = await channel.ok(
        "GET", "playlists", part="snippet", mine="true", maxResults="2", pageToken=first["nextPageToken"]
    )
    titles = [item["snippet"]["title"] for page in (first, second) for item in page["items"]]
    assert titles == ["List 2", "List 1", "List 0"]
    assert "nextPageToken" not in second


async def test_a_bad_page_token_is_refused(channel):
    answer = await channel.ask("GET", "playlists", part="id", mine="true", pageToken="page two")
    assert reason(answer) == "invalidPageToken"


@pytest.mark.parametrize(
    ("snippet", "status", "wanted"),
    [
        ({}, 400, "playlistIdRequired"),
        ({"playlistId": "PLnone"}, 400, "resourceIdRequired"),
        ({"playlistId": "PLnone", "resourceId": {"kind": "youtube#channel"}}, 400, "invalidResourceType"),
        ({"playlistId": "PLnone", "resourceId": {"kind": "youtube#video", "videoId": "x"}}, 404, "playlistNotFound"),
    ],
)
async def test_an_item_that_can_not_be_is_refused(channel, snippet, status, wanted):
    answer = await channel.ask("POST", "playlistItems", {"snippet": snippet}, part="snippet")
    assert (answer.status_code, reason(answer)) == (status, wanted)


# captions and thumbnails


@pytest.mark.parametrize("content", [SRT, VTT])
async def test_captions_are_served_on_the_watch_page(box, channel, content):
    video = await channel.upload()
    track = (await caption(channel, video["id"], content)).json()
    assert track["snippet"]["status"] == "serving"
    shown = await box.http.get(f"/youtube/captions/{track['id']}.vtt")
    assert shown.text.startswith("WEBVTT")
    assert "00.000 --> 00" in shown.text
    assert f"/youtube/captions/{track['id']}.vtt" in (await box.http.get(f"/youtube/watch?v={video['id']}")).text


async def test_captions_of_no_known_kind_fail(channel):
    video = await channel.upload()
    snippet = (await caption(channel, video["id"], b"once upon a time")).json()["snippet"]
    assert (snippet["status"], snippet["failureReason"]) == ("failed", "unknownFormat")


async def test_one_track_for_each_language_and_name(box, channel):
    video = await channel.upload()
    await caption(channel, video["id"])
    again = await caption(channel, video["id"])
    assert (again.status_code, reason(again)) == (409, "captionExists")
    assert (await caption(channel, video["id"], language="de")).status_code == 200
    assert [track["language"] for track in (await told(box, video["id"]))["captions"]] == ["en", "de"]


async def test_a_track_can_be_listed_and_deleted(channel):
    video = await channel.upload()
    track = (await caption(channel, video["id"])).json()
    listed = await channel.ok("GET", "captions", part="snippet", videoId=video["id"])
    assert [item["id"] for item in listed["items"]] == [track["id"]]
    assert (await channel.ask("DELETE", "captions", id=track["id"])).status_code == 204
    assert (await channel.ok("GET", "captions", part="id", videoId=video["id"]))["items"] == []


async def test_a_thumbnail_is_shown(box, channel):
    video = await channel.upload()
    assert (await thumbnail(channel, video["id"])).status_code == 200
    assert (await box.http.get(f"/youtube/thumbnails/{video['id']}")).content == JPEG


@pytest.mark.parametrize(
    ("content", "content_type", "status", "wanted"),
    [
        (b"no picture", "image/jpeg", 400, "invalidImage"),
        (JPEG, "text/html", 400, "badContent"),
        (b"\xff\xd8\xff" + b"x" * 2 * 1024 * 1024, "image/jpeg", 413, "uploadTooLarge"),
        (b"", "image/jpeg", 400, "mediaBodyRequired"),
    ],
)
async def test_what_is_no_thumbnail_is_refused(channel, content, content_type, status, wanted):
    video = await channel.upload()
    answer = await thumbnail(channel, video["id"], content, content_type)
    assert (answer.status_code, reason(answer)) == (status, wanted)


# limits


async def test_calls_cost_what_google_says(box, channel):
    before = (await box.state("youtube"))["quota_units_used"]
    video = await channel.upload()
    await channel.ok("GET", "videos", part="id", id=video["id"])
    await channel.ok("POST", "playlists", {"snippet": {"title": "x"}}, part="snippet")
    await caption(channel, video["id"])
    await thumbnail(channel, video["id"])
    assert (await box.state("youtube"))["quota_units_used"] - before == 1 + 50 + 400 + 50


@pytest.mark.parametrize(
    ("limit", "status", "wanted"),
    [("INSERTS", 403, "quotaExceeded"), ("CHANNEL_UPLOADS", 400, "uploadLimitExceeded")],
)
async def test_the_days_uploads_end_and_begin_again(tmp_path, connect, limit, status, wanted):
    async with sandbox.running(tmp_path, **{f"SANDBOX_YOUTUBE_{limit}": "1"}) as box:
        channel = await connect(box)
        await channel.upload()
        answer = await channel.begin(6)
        assert (answer.status_code, reason(answer)) == (status, wanted)
        await box.act("youtube", "reset_limits")
        assert (await channel.begin(6)).status_code == 200


async def test_the_days_units_end(tmp_path, connect):
    async with sandbox.running(tmp_path, SANDBOX_YOUTUBE_UNITS="2") as box:
        channel = await connect(box)
        asked = [await channel.ask("GET", "channels", part="id", mine="true") for _ in range(3)]
        assert [answer.status_code for answer in asked] == [200, 200, 403]
        error = asked[2].json()["error"]
        assert error["errors"][0] == {
            "message": error["message"], "domain": "youtube.quota", "reason": "quotaExceeded",
        }  # fmt: skip
        # uploads have a bucket of their own
        assert (await channel.begin(6)).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ("quotaExceeded", 403), ("dailyLimitExceeded", 403), ("rateLimitExceeded", 403), ("uploadLimitExceeded", 400),
        ("uploadRateLimitExceeded", 429), ("backendError", 503), ("youtubeSignupRequired", 401),
    ],
)  # fmt: skip
async def test_each_error_by_order_has_googles_status_and_shape(box, channel, wanted, status):
    await box.fault("youtube", "GET /api/youtube/v3/channels", f"error:{wanted}")
    answer = await channel.ask("GET", "channels", part="id", mine="true")
    assert (answer.status_code, reason(answer)) == (status, wanted)
    assert (await channel.ask("GET", "channels", part="id", mine="true")).status_code == 200


# pages


async def test_the_watch_page_plays_any_part_of_the_bytes(box, channel):
    video = await channel.upload(b"0123456789")
    part = await box.http.get(f"/youtube/media/{video['id']}", headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, b"2345")


async def test_the_watch_page_shows_chapters_as_links_and_no_markup(box, channel):
    video = await channel.upload(b"a film", film(title="Tom & 'co'", description="0:00 Once\n0:12 Then\n1:05 End"))
    page = (await box.http.get(f"/youtube/watch?v={video['id']}")).text
    assert 'data-second="65"' in page
    assert "These lines make chapters." in page
    assert "Tom &amp; &#39;co&#39;" in page
    assert "Sandbox: nothing here is real" in page


async def test_every_page_opens(box, channel):
    video = await channel.upload()
    playlist = await channel.ok("POST", "playlists", {"snippet": {"title": "Shown"}}, part="snippet")
    await put_into(channel, playlist["id"], video["id"])
    mine = (await channel.ok("GET", "channels", part="id", mine="true"))["items"][0]["id"]
    pages = ["/", "/youtube/", f"/youtube/channel/{mine}", f"/youtube/playlist?list={playlist['id']}"]
    answers = await asyncio.gather(*(box.http.get(page) for page in pages))
    assert [answer.status_code for answer in answers] == [200] * 4


async def test_what_was_made_survives_kill_9(box, channel):
    video = await channel.upload()
    before = await box.state("youtube")
    await box.restart()
    assert await box.state("youtube") == before
    assert (await box.http.get(f"/youtube/media/{video['id']}")).content == b"a film"
