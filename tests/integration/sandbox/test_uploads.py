"""The resumable protocol, rule by rule."""

import asyncio
import hashlib
import os

import httpx
import pytest

from tests.support.eventually import eventually_async

BLOCK = 256 * 1024


async def videos_of(box, title):
    return [video for video in (await box.state("youtube"))["videos"] if video["title"] == title]


def titled(title):
    return {"snippet": {"title": title}, "status": {"privacyStatus": "private"}}


async def test_a_film_arrives_in_chunks_byte_for_byte(box, channel):
    film = os.urandom(2 * BLOCK + 17)
    upload = await channel.session(len(film), titled("in chunks"))
    first = await upload.put(0, film[:BLOCK])
    second = await upload.put(BLOCK, film[BLOCK : 2 * BLOCK])
    last = await upload.put(2 * BLOCK, film[2 * BLOCK :])
    assert [(first.status_code, first.headers["range"]), (second.status_code, second.headers["range"])] == [
        (308, f"bytes=0-{BLOCK - 1}"),
        (308, f"bytes=0-{2 * BLOCK - 1}"),
    ]
    assert last.status_code == 200
    [video] = await videos_of(box, "in chunks")
    assert (video["id"], video["sha256"], video["size_bytes"]) == (
        last.json()["id"],
        hashlib.sha256(film).hexdigest(),
        len(film),
    )


async def test_an_upload_may_be_one_request_without_a_range(box, channel):
    film = os.urandom(BLOCK + 1)
    upload = await channel.session(len(film), titled("one request"))
    answer = await box.http.put(upload.address, content=film)
    assert answer.status_code == 200
    [video] = await videos_of(box, "one request")
    assert video["sha256"] == hashlib.sha256(film).hexdigest()


async def test_a_session_without_bytes_answers_308_without_a_range(channel):
    upload = await channel.session(BLOCK)
    answer = await upload.asked()
    assert answer.status_code == 308
    assert "range" not in answer.headers


async def test_a_chunk_is_a_multiple_of_256_kib_unless_it_is_the_last(channel):
    upload = await channel.session(2 * BLOCK)
    answer = await upload.put(0, b"x" * (BLOCK - 1))
    assert answer.status_code == 400
    assert "range" not in (await upload.asked()).headers


async def test_a_gap_is_refused_and_told_what_is_kept(channel):
    upload = await channel.session(3 * BLOCK)
    await upload.put(0, b"x" * BLOCK)
    answer = await upload.put(2 * BLOCK, b"x" * BLOCK)
    assert (answer.status_code, answer.headers["range"]) == (416, f"bytes=0-{BLOCK - 1}")


async def test_bytes_that_are_kept_already_are_passed_over(box, channel):
    film = os.urandom(2 * BLOCK)
    upload = await channel.session(len(film), titled("passed over"))
    await upload.put(0, film[:BLOCK])
    answer = await upload.put(0, b"?" * BLOCK + film[BLOCK:])
    assert answer.status_code == 200
    [video] = await videos_of(box, "passed over")
    assert video["sha256"] == hashlib.sha256(film).hexdigest()


@pytest.mark.parametrize(
    "wrong",
    [
        {"Content_Range": f"bytes 0-{BLOCK - 1}/{3 * BLOCK}"},
        {"Content_Range": f"bytes 0-{BLOCK - 2}/{2 * BLOCK}"},
        {"Content_Range": f"bytes {BLOCK}-0/{2 * BLOCK}"},
        {"Content_Range": f"bytes 0-{BLOCK - 1}"},
        {"Content_Range": "everything"},
    ],
    ids=["another total", "not the length", "backwards", "no total", "words"],
)
async def test_a_range_that_says_something_else_is_refused(channel, wrong):
    upload = await channel.session(2 * BLOCK)
    assert (await upload.put(0, b"x" * BLOCK, **wrong)).status_code == 400
    assert "range" not in (await upload.asked()).headers


async def test_a_chunk_beyond_the_announced_end_is_refused(channel):
    upload = await channel.session(BLOCK)
    assert (await upload.put(0, b"x" * (2 * BLOCK))).status_code == 400


async def test_the_question_after_the_end_is_answered_with_the_video(box, channel):
    upload = await channel.session(6, titled("asked after the end"))
    made = (await upload.put(0, b"a film")).json()
    asked, again = await upload.asked(), await upload.put(0, b"a film")
    assert [(each.status_code, each.json()["id"]) for each in (asked, again)] == [(200, made["id"])] * 2
    assert len(await videos_of(box, "asked after the end")) == 1


async def test_a_cut_keeps_whole_blocks_of_what_had_come(box, channel):
    film = os.urandom(4 * BLOCK)
    upload = await channel.session(len(film), titled("cut"))
    await box.fault("youtube", "PUT /api/upload", f"cut:{2 * BLOCK + 5}")
    with pytest.raises(httpx.TransportError):
        await upload.put(0, film)
    assert (await upload.asked()).headers["range"] == f"bytes=0-{2 * BLOCK - 1}"
    assert (await upload.put(2 * BLOCK, film[2 * BLOCK :])).status_code == 200
    [video] = await videos_of(box, "cut")
    assert video["sha256"] == hashlib.sha256(film).hexdigest()


async def test_a_cut_before_the_first_block_keeps_nothing(box, channel):
    upload = await channel.session(2 * BLOCK)
    await box.fault("youtube", "PUT", f"cut:{BLOCK - 1}")
    with pytest.raises(httpx.TransportError):
        await upload.put(0, b"x" * 2 * BLOCK)
    assert "range" not in (await upload.asked()).headers


async def test_a_cut_after_the_last_byte_makes_the_video_without_an_answer(box, channel):
    upload = await channel.session(6, titled("no answer"))
    await box.fault("youtube", "PUT", "cut:6")
    with pytest.raises(httpx.TransportError):
        await upload.put(0, b"a film")
    [video] = await videos_of(box, "no answer")
    assert (await upload.asked()).json()["id"] == video["id"]


async def test_a_client_that_dies_in_the_middle_of_a_chunk_leaves_whole_blocks(box, channel):
    film = os.urandom(3 * BLOCK)
    upload = await channel.session(len(film), titled("died"))
    host, port = upload.address.removeprefix("http://").partition("/")[0].split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    path = "/" + upload.address.split("/", 3)[3]
    head = (
        f"PUT {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: {len(film)}\r\n"
        f"Content-Range: bytes 0-{len(film) - 1}/{len(film)}\r\n\r\n"
    )
    writer.write(head.encode() + film[: BLOCK + 100])
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    async def has_noticed() -> bool:
        return (await upload.asked()).headers.get("range") == f"bytes=0-{BLOCK - 1}"

    # the sandbox hears of the client's death when it reads on
    await eventually_async(has_noticed, 15, "the first block")


async def test_short_308_keeps_less_than_was_sent(box, channel):
    film = os.urandom(4 * BLOCK)
    upload = await channel.session(len(film), titled("short"))
    await box.fault("youtube", "PUT", "short_308")
    answer = await upload.put(0, film)
    assert (answer.status_code, answer.headers["range"]) == (308, f"bytes=0-{2 * BLOCK - 1}")
    assert (await upload.put(2 * BLOCK, film[2 * BLOCK :])).status_code == 200
    [video] = await videos_of(box, "short")
    assert video["sha256"] == hashlib.sha256(film).hexdigest()


async def test_short_308_of_one_block_keeps_nothing(box, channel):
    upload = await channel.session(BLOCK)
    await box.fault("youtube", "PUT", "short_308")
    answer = await upload.put(0, b"x" * BLOCK)
    assert answer.status_code == 308
    assert "range" not in answer.headers


async def test_a_lost_session_stays_lost(box, channel):
    upload = await channel.session(2 * BLOCK)
    await upload.put(0, b"x" * BLOCK)
    await box.fault("youtube", "PUT", "lost_session")
    assert [(await upload.asked()).status_code for _ in range(2)] == [404, 404]


async def test_a_session_lost_after_the_end_leaves_its_video(box, channel):
    upload = await channel.session(6, titled("lost after the end"))
    await upload.put(0, b"a film")
    await box.fault("youtube", "PUT", "lost_session")
    assert (await upload.asked()).status_code == 404
    assert len(await videos_of(box, "lost after the end")) == 1


async def test_a_503_in_between_keeps_what_was_there(box, channel):
    upload = await channel.session(2 * BLOCK)
    await upload.put(0, b"x" * BLOCK)
    await box.fault("youtube", "PUT", "status:503")
    assert (await upload.put(BLOCK, b"x" * BLOCK)).status_code == 503
    assert (await upload.asked()).headers["range"] == f"bytes=0-{BLOCK - 1}"


async def test_an_unknown_session_is_404(box, channel):
    assert (await box.http.put("/youtube/api/upload/youtube/v3/videos?upload_id=none")).status_code == 404


async def test_a_token_that_is_sent_to_a_session_has_to_be_good(channel):
    upload = await channel.session(6)
    answer = await upload.put(0, b"a film", Authorization="Bearer stale")
    assert answer.status_code == 401


async def test_a_session_survives_kill_9_of_the_sandbox(box, channel):
    film = os.urandom(2 * BLOCK)
    upload = await channel.session(len(film), titled("restarted"))
    await upload.put(0, film[:BLOCK])
    await box.restart()
    assert (await upload.asked()).headers["range"] == f"bytes=0-{BLOCK - 1}"
    assert (await upload.put(BLOCK, film[BLOCK:])).status_code == 200
    [video] = await videos_of(box, "restarted")
    assert video["sha256"] == hashlib.sha256(film).hexdigest()


async def test_a_length_that_was_not_announced_is_told_by_the_last_chunk(box, channel):
    film = os.urandom(BLOCK + 9)
    begun = await box.http.post(
        "/youtube/api/upload/youtube/v3/videos?uploadType=resumable&part=snippet,status",
        json=titled("no length"),
        headers=channel.headers,
    )
    address = begun.headers["location"]
    first = await box.http.put(address, content=film[:BLOCK], headers={"Content-Range": f"bytes 0-{BLOCK - 1}/*"})
    last = await box.http.put(
        address, content=film[BLOCK:], headers={"Content-Range": f"bytes {BLOCK}-{BLOCK + 8}/{BLOCK + 9}"}
    )
    assert (first.status_code, last.status_code) == (308, 200)


async def test_metadata_is_refused_before_any_byte(box, channel):
    before = (await box.state("youtube"))["inserts"]
    answer = await channel.begin(6, {"snippet": {"title": "x" * 101}, "status": {}})
    assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (400, "invalidTitle")
    assert (await box.state("youtube"))["inserts"] == before


async def test_every_session_that_is_opened_counts_as_an_insert(box, channel):
    before = (await box.state("youtube"))["inserts"]
    await channel.session(6)
    await channel.session(6)
    assert (await box.state("youtube"))["inserts"] == before + 2


@pytest.mark.parametrize("announced", ["0", "many"])
async def test_a_length_of_nothing_is_refused(channel, announced):
    assert (await channel.begin(1, X_Upload_Content_Length=announced)).status_code == 400


async def test_what_is_no_video_is_refused(channel):
    answer = await channel.begin(6, X_Upload_Content_Type="text/plain")
    assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (400, "badContent")
