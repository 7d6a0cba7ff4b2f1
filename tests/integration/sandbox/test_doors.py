"""The sandbox's own doors, and the faults that every provider has."""

import time
from pathlib import Path

import httpx
import pytest

from tests.support import sandbox

WORDS = ["youtube", "stripe", "salesforce", "mail", "webhooks"]
IDLE_MB = 55


def resident_mb(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def test_the_first_page_links_everybody_and_says_that_nothing_is_real(box):
    page = (await box.http.get("/")).text
    assert "Sandbox: nothing here is real" in page
    assert [word for word in WORDS if f'href="/{word}/"' not in page] == []


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"service": "fax", "fault": "status:503"}, "youtube"),
        ({"service": "youtube", "fault": "explode"}, "short_308"),
        ({"service": "youtube", "fault": "status:abc"}, "status:CODE"),
        ({"service": "youtube", "fault": "status"}, "status:CODE"),
        ({"service": "youtube", "fault": "error:bored"}, "quotaExceeded"),
        ({"service": "mail", "fault": "short_308"}, "status:CODE"),
        ({"service": "youtube", "fault": "status:503", "times": 0}, "for ever"),
        ({"service": "youtube"}, "fault (str)"),
        ({"service": "youtube", "fault": "status:503", "when": "now"}, "wanted"),
    ],
)
async def test_a_fault_that_can_not_be_is_refused_with_what_can(box, order, said):
    answer = await box.http.post("/_faults", json=order)
    assert answer.status_code == 422
    assert said in answer.json()["error"]
    assert await box.faults() == []


async def test_a_fault_happens_as_often_as_it_was_ordered(box):
    await box.fault("webhooks", "/in/here", "status:500", 2)
    statuses = [(await box.http.post("/webhooks/in/here")).status_code for _ in range(3)]
    assert statuses == [500, 500, 200]


async def test_a_fault_for_ever_ends_when_it_is_cleared(box):
    await box.fault("youtube", "GET /", "status:503", -1)
    down = [(await box.http.get("/youtube/")).status_code for _ in range(3)]
    await box.clear_faults()
    assert [*down, (await box.http.get("/youtube/")).status_code] == [503, 503, 503, 200]


async def test_a_fault_is_for_its_service_and_its_path_alone(box):
    await box.fault("youtube", "GET /watch*", "status:503", -1)
    assert (await box.http.get("/youtube/")).status_code == 200
    assert (await box.http.get("/webhooks/")).status_code == 200
    assert (await box.http.get("/youtube/watch?v=x")).status_code == 503


async def test_faults_that_are_left_survive_kill_9(box):
    await box.fault("webhooks", "/in/kept", "status:500", 2)
    await box.http.post("/webhooks/in/kept")
    await box.restart()
    assert [rule["times"] for rule in await box.faults()] == [1]


async def test_a_late_answer_is_to_what_was_carried_out_at_once(box, channel):
    await box.fault("youtube", "POST /api/youtube/v3/playlists", "late:1")
    began = time.monotonic()
    with pytest.raises(httpx.TimeoutException):
        await box.http.post(
            "/youtube/api/youtube/v3/playlists?part=snippet",
            json={"snippet": {"title": "late"}},
            headers=channel.headers,
            timeout=0.5,
        )
    assert time.monotonic() - began < 1
    assert "late" in [playlist["title"] for playlist in (await box.state("youtube"))["playlists"]]


async def test_a_cut_beyond_the_body_carries_out_and_says_nothing(box, channel):
    await box.fault("youtube", "POST /api/youtube/v3/playlists", "cut:100000")
    with pytest.raises(httpx.TransportError):
        await channel.ask("POST", "playlists", {"snippet": {"title": "unsaid"}}, part="snippet")
    assert "unsaid" in [playlist["title"] for playlist in (await box.state("youtube"))["playlists"]]


async def test_a_cut_inside_the_body_carries_nothing_out(box, channel):
    await box.fault("youtube", "POST /api/youtube/v3/playlists", "cut:5")
    with pytest.raises(httpx.TransportError):
        await channel.ask("POST", "playlists", {"snippet": {"title": "unheard"}}, part="snippet")
    assert "unheard" not in [playlist["title"] for playlist in (await box.state("youtube"))["playlists"]]


async def test_an_unknown_action_is_refused_with_what_there_is(box):
    answer = await box.http.post("/_act", json={"service": "youtube", "action": "dance", "id": ""})
    assert answer.status_code == 422
    assert "consent" in answer.json()["error"]


async def test_the_state_of_nobody_is_refused(box):
    assert (await box.http.get("/_state/fax")).status_code == 422


async def test_a_page_of_somebody_elses_name_gets_no_answer(box):
    answer = await box.http.get("/_state/mail", headers={"Host": "evil.example"})
    assert answer.status_code == 400


async def test_it_idles_in_little_memory(tmp_path):
    async with sandbox.running(tmp_path) as box:
        for word in WORDS:
            await box.state(word)
        assert resident_mb(box.pid) <= IDLE_MB
