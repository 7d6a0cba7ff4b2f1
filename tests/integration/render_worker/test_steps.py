"""What becomes of a step, with real child processes."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from filmstudio.ai_jobs.v1 import events_pb2, steps_pb2

from services.kit.clock import utc_now
from services.kit.errors import DependencyAway
from services.kit.facts import Event
from services.kit.ids import new_id
from tests.integration.render_worker.conftest import Stage, a_step
from tests.integration.render_worker.stage import CANCEL, LOST, OutputMissing, alive
from tests.support.eventually import eventually


def ring(message: events_pb2.StepReady | events_pb2.StepCanceled) -> Event[object]:
    return Event(new_id(), message.DESCRIPTOR.full_name, "", message.step_id, 1, utc_now(), message)  # type: ignore[type-var]


async def running(stage: Stage, step_id: str, pids: Path) -> list[int]:
    """Offer a step that has a grandchild; the processes, once they run."""
    stage.offer(a_step(step_id, f"with_grandchild {pids}"))

    def written() -> list[int]:
        return [int(pid) for pid in pids.read_text().split()] if pids.exists() else []

    await eventually(lambda: len(written()) == 2, 30)
    return written()


async def test_a_step_is_done_and_delivered(stage: Stage) -> None:
    inputs = [stage.storage.given("a", b"one "), stage.storage.given("b", b"two ")]
    stage.offer(a_step("s1", "join three", *inputs))
    await stage.ai_jobs.until(lambda: stage.ai_jobs.completed)
    (completed,) = stage.ai_jobs.completed
    assert stage.storage.objects["/s1/1/frame"] == b"one two three"
    assert stage.storage.headers["/s1/1/frame"]["x-signed"] == "1"
    assert "transfer-encoding" not in stage.storage.headers["/s1/1/frame"]
    (output,) = completed.outputs
    assert (output.size_bytes, output.width, output.content_type) == (13, 4, "image/png")
    assert completed.result.draw_frame.focus_x == 0.5
    await eventually(lambda: not list((stage.folder / "steps").iterdir()))


async def test_what_one_step_wrote_the_next_does_not_download(stage: Stage) -> None:
    stage.offer(a_step("s1", "join written"))
    await stage.ai_jobs.until(lambda: stage.ai_jobs.completed)
    stage.offer(a_step("s2", "join .", stage.storage.given("a", b"written")))
    await stage.ai_jobs.until(lambda: len(stage.ai_jobs.completed) == 2)
    assert stage.storage.objects["/s2/1/frame"] == b"written."
    assert stage.storage.gets == []


async def test_as_many_as_free_slots_are_claimed_and_the_next_at_once(stage: Stage) -> None:
    stage.offer(*(a_step(f"s{number}", f"join {number}") for number in range(12)))
    await stage.ai_jobs.until(lambda: len(stage.ai_jobs.completed) == 12, 4.5)
    assert {claim.max_steps for claim in stage.ai_jobs.claims} <= {1, 2}
    assert set(stage.ai_jobs.claims[0].engines) == {"acting@1", "wait@1"}


async def test_a_canceled_step_ends_within_two_seconds_with_all_it_started(stage: Stage, tmp_path: Path) -> None:
    pids = await running(stage, "s1", tmp_path / "pids")
    canceled = time.monotonic()
    stage.worker.hear(ring(events_pb2.StepCanceled(step_id="s1")))
    await eventually(lambda: not any(map(alive, pids)), 2)
    await stage.ai_jobs.until(lambda: stage.ai_jobs.failed, 2)
    assert time.monotonic() - canceled < 2
    assert stage.ai_jobs.failed[0].canceled
    stage.offer(a_step("s2", "join after"))
    await stage.ai_jobs.until(lambda: stage.ai_jobs.completed)


async def test_the_heartbeat_brings_a_cancellation_too(stage: Stage, tmp_path: Path) -> None:
    pids = await running(stage, "s1", tmp_path / "pids")
    stage.ai_jobs.verdicts["s1"] = CANCEL
    await stage.ai_jobs.until(lambda: stage.ai_jobs.failed)
    assert stage.ai_jobs.failed[0].canceled
    await eventually(lambda: not any(map(alive, pids)), 2)


async def test_a_lost_step_is_killed_and_forgotten(stage: Stage, tmp_path: Path) -> None:
    pids = await running(stage, "s1", tmp_path / "pids")
    stage.ai_jobs.verdicts["s1"] = LOST
    await eventually(lambda: not any(map(alive, pids)))
    stage.offer(a_step("s2", "join after"))
    await stage.ai_jobs.until(lambda: stage.ai_jobs.completed)
    assert not stage.ai_jobs.failed


async def test_heartbeats_carry_progress(stage: Stage, tmp_path: Path) -> None:
    await running(stage, "s1", tmp_path / "pids")
    await stage.ai_jobs.until(lambda: any(beat.steps[0].progress == 0.1 for beat in stage.ai_jobs.beats))
    count = len(stage.ai_jobs.beats)
    await stage.ai_jobs.until(lambda: len(stage.ai_jobs.beats) == count + 2, 4)


@pytest.mark.parametrize(
    ("prompt", "limits", "code", "retryable"),
    [
        ("silence", {"time_limit_s": 1}, "TIME_LIMIT", True),
        ("silence", {"idle_limit_s": 1}, "NO_PROGRESS", True),
        ("crash", {}, "ENGINE_CRASHED", True),
        ("refuse", {}, "INPUT_UNREADABLE", False),
        ("stumble", {}, "ENGINE_FAILED", True),
        ("steal /etc/passwd", {}, "OUTPUT_INVALID", True),
    ],
)
async def test_a_failure_is_reported_with_its_code(
    stage: Stage, prompt: str, limits: dict[str, int], code: str, retryable: bool
) -> None:
    stage.offer(a_step("s1", prompt, **limits))
    await stage.ai_jobs.until(lambda: stage.ai_jobs.failed)
    (failed,) = stage.ai_jobs.failed
    assert (failed.code, failed.retryable, failed.canceled) == (code, retryable, False)
    stage.offer(a_step("s2", "join after"), a_step("s3", "join after"))
    await stage.ai_jobs.until(lambda: len(stage.ai_jobs.completed) == 2)


async def test_an_input_that_is_not_what_was_ordered_fails_the_step(stage: Stage) -> None:
    wrong = stage.storage.given("a", b"right")
    stage.storage.objects["/inputs/" + wrong.sha256] = b"wrong"
    stage.offer(a_step("s1", "join x", wrong))
    await stage.ai_jobs.until(lambda: stage.ai_jobs.failed)
    assert (stage.ai_jobs.failed[0].code, stage.ai_jobs.failed[0].retryable) == ("INPUT_UNAVAILABLE", True)


async def test_a_child_knows_no_secret(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.offer(a_step("s1", "environment"))
    await stage.ai_jobs.until(lambda: stage.ai_jobs.completed)
    names = {line.split(b"=")[0] for line in stage.storage.objects["/s1/1/frame"].splitlines()}
    assert {b"HOME", b"TMPDIR"} <= names
    assert not [name for name in names if b"TOKEN" in name or b"KEY" in name or b"PASSWORD" in name or b"URL" in name]


async def test_storage_and_ai_jobs_away_delay_a_delivery_and_nothing_more(stage: Stage) -> None:
    stage.storage.refusals = [503, 503]
    stage.ai_jobs.errors = {
        "GetUploadUrls": [DependencyAway("postgres")],
        "CompleteStep": [DependencyAway("postgres"), OutputMissing("not yet")],
        "Heartbeat": [DependencyAway("postgres")],
    }
    stage.offer(a_step("s1", "join x", stage.storage.given("a", b"in ")))
    await stage.ai_jobs.until(lambda: stage.ai_jobs.completed)
    assert stage.storage.objects["/s1/1/frame"] == b"in x"
    assert not stage.ai_jobs.failed


async def test_an_expired_address_is_asked_for_anew(stage: Stage) -> None:
    stage.storage.refusals = [403]
    stage.offer(a_step("s1", "join x"))
    await stage.ai_jobs.until(lambda: stage.ai_jobs.completed)


async def test_a_lease_lost_on_delivery_is_forgotten(stage: Stage) -> None:
    step = a_step("s1", "join x")
    stage.offer(step)
    await stage.ai_jobs.until(lambda: "s1" in stage.ai_jobs.leases)
    stage.ai_jobs.leases["s1"] = 2
    stage.offer(a_step("s2", "join y"))
    await stage.ai_jobs.until(lambda: stage.ai_jobs.completed)
    assert [completed.lease.step_id for completed in stage.ai_jobs.completed] == ["s2"]
    assert not stage.ai_jobs.failed


async def test_the_same_step_claimed_again_has_a_life_of_its_own(stage: Stage, tmp_path: Path) -> None:
    pids = await running(stage, "s1", tmp_path / "pids")
    stage.offer(a_step("s1", "join again", fence=2))
    await stage.ai_jobs.until(lambda: stage.ai_jobs.completed)
    assert stage.ai_jobs.completed[0].lease.fence == 2
    assert alive(pids[0])


async def test_a_ring_of_another_lane_is_not_heard(stage: Stage) -> None:
    await stage.ai_jobs.until(lambda: stage.ai_jobs.claims)
    await asyncio.sleep(0)
    count = len(stage.ai_jobs.claims)
    stage.worker.hear(ring(events_pb2.StepReady(step_id="g", lane=steps_pb2.LANE_GPU)))
    stage.ai_jobs.ready.append(a_step("s1", "join x"))
    stage.worker.hear(ring(events_pb2.StepReady(step_id="s1", lane=steps_pb2.LANE_CPU)))
    await stage.ai_jobs.until(lambda: stage.ai_jobs.completed)
    assert stage.ai_jobs.claims[count].max_steps >= 1


async def test_stopping_gives_leases_back_and_kills(stage: Stage, tmp_path: Path) -> None:
    pids = await running(stage, "s1", tmp_path / "pids")
    await stage.worker.stop()
    assert stage.ai_jobs.released == ["s1"]
    assert not stage.ai_jobs.failed
    await eventually(lambda: not any(map(alive, pids)), 2)
