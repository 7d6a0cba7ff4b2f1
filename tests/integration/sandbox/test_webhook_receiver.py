"""The receiver of webhooks."""

import base64
import secrets
import time

import pytest


@pytest.fixture
def path():
    return f"/{secrets.token_hex(6)}/films"


async def kept(box, path):
    return [each for each in (await box.state("webhooks"))["records"].get("Request", []) if each["path"] == path]


async def test_a_request_is_kept_to_the_byte(box, path):
    body = b'{"a": "\xc3\xbc"}\x00\xff'
    answer = await box.http.post(f"/webhooks/in{path}?a=1", content=body, headers={"webhook-id": "msg_1"})
    [found] = await kept(box, path)
    assert answer.status_code == 200
    assert (found["method"], found["query"], found["headers"]["webhook-id"]) == ("POST", "a=1", "msg_1")
    assert base64.b64decode(found["body_base64"]) == body
    assert found["received_at"].endswith("+00:00")


async def test_a_refused_request_is_kept_with_what_it_was_told(box, path):
    await box.fault("webhooks", path, "status:410")
    refused, taken = [(await box.http.post(f"/webhooks/in{path}", content=b"x")).status_code for _ in range(2)]
    assert (refused, taken) == (410, 200)
    assert [found["status"] for found in await kept(box, path)] == [410, 200]


async def test_an_answer_may_be_late(box, path):
    await box.fault("webhooks", path, "late:0.5")
    began = time.monotonic()
    await box.http.post(f"/webhooks/in{path}", content=b"x")
    assert time.monotonic() - began >= 0.5


async def test_the_list_survives_kill_9_and_escapes_what_it_shows(box, path):
    await box.http.post(f"/webhooks/in{path}", content=b"<script>alert(1)</script>")
    await box.restart()
    page = (await box.http.get("/webhooks/")).text
    assert path in page
    assert "<script>alert(1)" not in page
