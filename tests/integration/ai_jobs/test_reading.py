"""Jobs as they are read: by their owners, in pages, with queue positions, reasons, outputs and events from any point."""

from __future__ import annotations

from uuid import uuid4

import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2 as pb

from services.ai_jobs.models import JobStatus
from services.kit.errors import NotFound
from tests.integration.ai_jobs.conftest import Studio
from tests.integration.ai_jobs.rendering import ENGINES
from tests.integration.ai_jobs.situations import failed_film


async def test_somebody_elses_job_is_not_found_except_by_an_administrator(studio: Studio) -> None:
    job_id = str(await studio.probe(1))
    for user, known in (("somebody else", job_id), (studio.user, str(uuid4())), (studio.user, "no id")):
        with pytest.raises(NotFound):
            await studio.reading.job(user, known)
        with pytest.raises(NotFound):
            await studio.reading.events(user, known, 0, 10)
        with pytest.raises(NotFound):
            await studio.reading.output(user, pb.GetOutputRequest(job_id=known, kind="film"))
    assert (await studio.reading.job("an administrator", job_id, any_user=True)).id == job_id


async def test_jobs_come_in_pages_from_the_newest_and_can_be_filtered(studio: Studio) -> None:
    made = [str(await studio.probe(1)) for _ in range(5)]
    await studio.jobs.cancel(studio.user, made[2])
    await studio.probe(1, user="somebody else")

    async def page(token: str = "", size: int = 3, **more: object) -> tuple[list[str], str]:
        asked = {"project_id": "", "status": None, "live": False, **more}
        jobs, following = await studio.reading.jobs(studio.user, page_size=size, page_token=token, **asked)  # type: ignore[arg-type]
        return [job.id for job in jobs], following

    first, token = await page()
    second, end = await page(token)
    assert (first + second, end) == (made[::-1], "")
    assert (await page(status=JobStatus.CANCELED))[0] == [made[2]]
    assert (await page(live=True, size=10))[0] == [made[4], made[3], made[1], made[0]]
    assert (await page(project_id=str(uuid4())))[0] == []
    everybodys, _ = await studio.reading.jobs(None, project_id="", status=None, live=False, page_size=10, page_token="")
    assert len(everybodys) == 6


async def test_a_waiting_job_knows_what_goes_before_it_and_a_running_one_has_no_place(studio: Studio) -> None:
    await studio.probe(3, user="first")
    job_id = await studio.probe(2)
    assert (await studio.job(job_id)).queue_position == 3
    studio.credits.the_plan.priority = 9
    await studio.probe(2, user="important")
    assert (await studio.job(job_id)).queue_position == 5
    await studio.worker().claim(7)
    assert not (await studio.job(job_id)).HasField("queue_position")


async def test_a_step_nobody_can_serve_says_why(studio: Studio) -> None:
    job_id = await studio.probe(2)
    await studio.upkeep.measure()
    assert (await studio.job(job_id)).waiting_reason == "no worker serves wait by wait@1 in lane cpu"
    await studio.dispatch.claim("idle", ["gpu"], ENGINES, 1)
    await studio.upkeep.measure()
    assert (await studio.job(job_id)).waiting_reason == ""


async def test_an_eta_follows_the_work_that_is_left_and_the_slots_there_are(studio: Studio) -> None:
    job_id = await studio.probe(40)
    await studio.dispatch.claim("idle", ["gpu"], ENGINES, 4)
    await studio.upkeep.measure()
    assert (await studio.job(job_id)).eta_seconds == 10
    worker = studio.worker()
    for order in await worker.claim(20):
        await worker.finish(order)
    assert (await studio.job(job_id)).eta_seconds == 5


async def test_work_that_was_measured_sets_the_pace(studio: Studio) -> None:
    await studio.film(studio.project(), duration_s=30)
    await studio.render()
    await studio.upkeep.measure()
    measured = studio.house.pace.measured
    assert measured["analyze_script"] == pytest.approx(0.5)
    # half a second for half a minute
    assert measured["compose_music"] == pytest.approx(1.0)
    assert "wait" not in measured


async def test_outputs_are_found_by_kind_language_and_format(studio: Studio) -> None:
    job_id = str(await studio.film(studio.project(), duration_s=30))
    await studio.render()

    async def output(kind: str, language: str = "", file_format: str = "") -> pb.JobOutput:
        request = pb.GetOutputRequest(job_id=job_id, kind=kind, language=language, format=file_format)
        return await studio.reading.output(studio.user, request)

    assert (await output("film")).url.endswith(f"film-{job_id[-8:]}.mp4")
    assert (await output("subtitles")).format == "vtt"
    ass = await output("subtitles", "en", "ass")
    assert (ass.format, ass.url.rpartition("=")[2]) == ("ass", f"subtitles-{job_id[-8:]}.en.ass")
    assert ass.HasField("url_expire_time")
    assert (await output("scene")).url.endswith(f"scene-1-{job_id[-8:]}.mp4")
    for missing in (("subtitles", "fr", ""), ("subtitles", "en", "doc"), ("webm", "", "")):
        with pytest.raises(NotFound):
            await output(*missing)


async def test_events_are_replayed_from_any_point_to_the_end(studio: Studio) -> None:
    project_id = studio.project()
    job_id = str(await studio.film(project_id, duration_s=30))
    events, ended, of_project = await studio.reading.events(studio.user, job_id, 0, 10)
    assert ([event.type for event in events], ended, of_project) == (["job.queued"], False, project_id)
    await studio.render()
    seen, after = [], 1
    while True:
        events, ended, _ = await studio.reading.events(studio.user, job_id, after, 7)
        seen += [event.seq for event in events]
        if ended:
            break
        after = seen[-1]
    assert seen == list(range(2, seen[-1] + 1))
    assert events[-1].final
    assert await studio.reading.events(studio.user, job_id, seen[-1], 7) == ([], True, project_id)


async def test_stage_times_add_up_the_work(studio: Studio) -> None:
    job_id = await studio.film(studio.project(), duration_s=30)
    await studio.render()
    times = {entry.stage: entry for entry in (await studio.job(job_id)).stage_times}
    assert len(times) == 13
    assert sum(entry.steps for entry in times.values()) == (await studio.job(job_id)).progress.steps_total
    assert sum(entry.work_s for entry in times.values()) == pytest.approx(0.5 * 31)


async def test_metrics_count_jobs_steps_and_workers(studio: Studio) -> None:
    await studio.probe(3)
    await studio.worker().claim(1)
    await studio.jobs.cancel(studio.user, str(await studio.probe(1)))
    metrics = await studio.reading.metrics()
    assert dict(metrics.jobs_by_status) == {"running": 1, "canceled": 1}
    assert (dict(metrics.steps_ready_by_lane), metrics.steps_leased, metrics.workers_live) == ({"cpu": 2}, 1, 1)


async def test_a_list_counts_steps_and_shots_as_the_job_itself_does(studio: Studio) -> None:
    await failed_film(studio)
    await studio.film(studio.project(), duration_s=30)
    await studio.render()
    await studio.probe(3)
    jobs, _ = await studio.reading.jobs(
        studio.user, project_id="", status=None, live=False, page_size=10, page_token=""
    )
    assert [job.counts.shots_ok > 0 for job in jobs] == [False, True, False]
    for job in jobs:
        whole = await studio.reading.job(studio.user, job.id)
        assert job.counts == whole.counts
        steps = (job.progress.steps_done, job.progress.steps_total)
        assert steps == (whole.progress.steps_done, whole.progress.steps_total)
