"""The whole life of a film: planned, rendered, checked and paid, and what the next one need not render again."""

from __future__ import annotations

from collections import Counter

import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2 as pb

from services.ai_jobs.errors import JobState
from services.ai_jobs.models import JobKind
from services.kit.errors import DependencyAway, NotFound
from tests.integration.ai_jobs.conftest import LINES, Studio
from tests.integration.ai_jobs.rendering import ELEMENT


async def test_a_film_goes_from_script_to_success(studio: Studio) -> None:
    job_id = await studio.film(studio.project(), duration_s=30)
    worker = await studio.render()
    job = await studio.job(job_id)
    assert pb.JobStatus.Name(job.status) == "JOB_STATUS_SUCCEEDED", job.error
    assert Counter(worker.kinds()) == {
        "analyze_script": 1,
        "draw_frame": 5 + 2,
        "speak_line": 4,
        "animate_shot": 5 + 2,
        "compose_music": 1,
        "mix_audio": 1,
        "write_subtitles": 1,
        "assemble_film": 1,
        "make_thumbnail": 1,
        "draw_storyboard": 1,
        "sync_lips": 4,
        "cut_scenes": 1,
        "check_quality": 1,
    }
    assert (job.progress.value, job.counts.shots_total, job.counts.shots_ok) == (1.0, 5, 5)
    assert sorted((output.kind, output.format) for output in job.outputs) == [
        ("audio", ""), ("film", ""), ("scene", ""), ("storyboard", ""), ("subtitles", "ass"), ("subtitles", "srt"),
        ("subtitles", "vtt"), ("thumbnail", ""),
    ]  # fmt: skip
    film = next(output for output in job.outputs if output.kind == "film")
    assert (film.duration_s, film.content_type) == (30.0, "video/mp4")
    assert "film-" in film.url
    assert film.chapters[0].start_ms == 0
    assert len(film.chapters) > 1
    assert job.quality.passed
    assert (job.credits.quoted, job.credits.held, job.credits.captured, job.credits.released) == (2, 2, 2, 0)


async def test_a_film_tells_its_life_in_order(studio: Studio) -> None:
    job_id = await studio.film(studio.project(), duration_s=30)
    await studio.render()
    facts = await studio.facts(job_id)
    assert [name for name, _ in facts] == ["JobQueued", "JobStarted", "JobSucceeded"]
    [hold] = studio.credits.holds.values()
    told = facts[-1][1]
    assert (told.hold_id, told.attempt, told.credits.captured) == (hold.id, 1, 2)
    events = await studio.events(job_id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.type for event in events if event.type not in ("job.step", "job.progress")] == [
        "job.queued", "job.started", "job.succeeded",
    ]  # fmt: skip
    assert [event.final for event in events] == [False] * (len(events) - 1) + [True]
    assert {ring["job_id"] for ring in studio.bell.rings} == {str(job_id)}
    assert studio.bell.rings[-1]["seq"] == events[-1].seq


async def test_every_step_gets_what_it_needs(studio: Studio) -> None:
    await studio.film(studio.project(), duration_s=30)
    orders = {order.params.WhichOneof("kind"): order for order in (await studio.render()).made}
    assert len(orders["analyze_script"].params.analyze_script.script.elements) == 3 + len(LINES)
    # the camera looks where the drawing said there is something to see
    assert orders["animate_shot"].params.animate_shot.focus_x == pytest.approx(0.4)
    mix = orders["mix_audio"]
    assert [item.name for item in mix.inputs] == ["line-0000", "line-0001", "line-0002", "line-0003", "music"]
    assert all(item.url.startswith("http://storage/users/") and item.sha256 for item in mix.inputs)
    film = orders["assemble_film"]
    assert [item.name for item in film.inputs] == [*(f"segment-{index:04d}" for index in range(7)), "audio", "vtt-en"]
    assert film.params.assemble_film.frames == 30 * 24
    assert sorted(item.name for item in orders["check_quality"].inputs) == [
        "audio", "film", "mouths-0000", "mouths-0001", "mouths-0002", "mouths-0003", "vtt",
    ]  # fmt: skip
    assert (film.time_limit_s, film.idle_limit_s, film.fence) == (300, 120, 1)


async def test_the_segments_add_up_to_the_film_and_projects_hears_the_lengths(studio: Studio) -> None:
    project_id = studio.project()
    job_id = await studio.film(project_id, duration_s=30)
    worker = await studio.render()
    segments = [order.params.animate_shot.frames for order in worker.made if order.params.HasField("animate_shot")]
    assert sum(segments) == 30 * 24
    lengths = (await studio.row(job_id)).shot_frames
    told = {shot.id: shot.duration_ms for scene in studio.projects.boards[project_id].scenes for shot in scene.shots}
    assert told == {shot_id: round(frames * 1000 / 24) for shot_id, frames in lengths.items()}


async def test_the_same_film_again_is_taken_from_what_was_rendered_and_costs_nothing(studio: Studio) -> None:
    project_id = studio.project()
    first_id = await studio.film(project_id, duration_s=30)
    await studio.render()
    first = await studio.job(first_id)
    second_id = await studio.film(project_id, duration_s=30)
    worker = await studio.render()
    second = await studio.job(second_id)
    assert (second.status, worker.made) == (pb.JOB_STATUS_SUCCEEDED, [])
    assert (second.credits.quoted, second.credits.held, second.credits.captured) == (0, 0, 0)
    assert second.HasField("start_time")
    assert [output.object_key for output in second.outputs] == [output.object_key for output in first.outputs]
    assert second.counts.steps_cached == second.progress.steps_done == second.progress.steps_total
    assert (second.progress.stage, second.progress.value) == ("check_quality", 1.0)
    assert len(studio.credits.holds) == 1


async def test_one_changed_line_renders_one_shot_again(studio: Studio) -> None:
    project_id = studio.project()
    await studio.film(project_id, duration_s=30)
    await studio.render()
    studio.rewrite(project_id, [LINES[0], "Tonight it burns for just one more.", *LINES[2:]])
    job_id = await studio.film(project_id, duration_s=30)
    worker = await studio.render()
    job = await studio.job(job_id)
    kinds = Counter(worker.kinds())
    assert job.status == pb.JOB_STATUS_SUCCEEDED
    assert (kinds["animate_shot"], kinds["speak_line"]) == (1, 1)
    assert kinds["compose_music"] == 0
    [segment] = [order.params.animate_shot for order in worker.made if order.params.HasField("animate_shot")]
    assert segment.captions[0].text == "Tonight it burns for just one more."
    # held as a whole film, captured by what is new
    assert (job.credits.held, job.credits.captured, job.credits.released) == (2, 1, 1)


async def test_a_film_without_captions_needs_no_new_picture_for_a_line_that_nobody_in_it_says(studio: Studio) -> None:
    project_id = studio.project()
    told = studio.projects.scripts[project_id].elements[2]
    told.CopyFrom(ELEMENT(kind=ELEMENT.KIND_ACTION, text="Night."))
    options = {"duration_s": 30, "subtitles": pb.SubtitleOptions(burn=False)}
    await studio.film(project_id, **options)
    await studio.render()
    studio.rewrite(project_id, [*LINES[:3], "The sea remembers us."])
    studio.projects.scripts[project_id].elements[2].CopyFrom(told)
    job_id = await studio.film(project_id, **options)
    worker = await studio.render()
    drawn = [order.params.animate_shot.frames for order in worker.made if order.params.HasField("animate_shot")]
    assert drawn == []
    assert (await studio.job(job_id)).credits.captured == 0


async def test_another_picture_of_the_same_script_costs_its_whole_length(studio: Studio) -> None:
    project_id = studio.project()
    await studio.film(project_id, duration_s=30)
    await studio.render()
    job_id = await studio.film(project_id, duration_s=30, style="noir")
    worker = await studio.render()
    kinds = Counter(worker.kinds())
    assert (kinds["draw_frame"], kinds["speak_line"]) == (7, 0)
    assert (await studio.job(job_id)).credits.captured == 2


async def test_a_storyboard_is_free_and_ends_with_a_poster(studio: Studio) -> None:
    project_id = studio.project()
    request = pb.CreateJobRequest(kind=pb.JOB_KIND_STORYBOARD, project_id=project_id)
    job_id = await studio.jobs.create(studio.user, JobKind.STORYBOARD, request)
    worker = await studio.render()
    job = await studio.job(job_id)
    assert (job.status, job.credits.quoted, job.counts.shots_total) == (pb.JOB_STATUS_SUCCEEDED, 0, 5)
    assert Counter(worker.kinds()) == {"analyze_script": 1, "draw_frame": 5, "make_thumbnail": 1, "draw_storyboard": 1}
    assert [output.kind for output in job.outputs] == ["thumbnail", "storyboard"]
    assert studio.credits.holds == {}


async def test_speech_that_turns_out_too_long_fails_and_costs_nothing(studio: Studio) -> None:
    project_id = studio.project()
    # the estimate says that it fits
    studio.projects.scripts[project_id].spoken_seconds = 5
    job_id = await studio.film(project_id, duration_s=15)
    await studio.render()
    job = await studio.job(job_id)
    assert (job.status, job.error.code, job.error.retryable) == (pb.JOB_STATUS_FAILED, "SCRIPT_TOO_LONG", False)
    assert job.error.metadata == {"needed_seconds": "16"}
    assert (job.credits.held, job.credits.captured, job.credits.released) == (1, 0, 1)
    assert {step.state for step in (await studio.steps(job_id)).values()} <= {"succeeded", "canceled"}


async def test_a_film_waits_while_projects_is_away(studio: Studio) -> None:
    job_id = await studio.film(studio.project(), duration_s=30)
    worker = studio.worker()
    [order] = await worker.claim()
    await worker.finish(order)
    studio.projects.away = True
    for _ in range(2):
        with pytest.raises(DependencyAway):
            await studio.planner.run()
    assert await studio.plans_due() == [job_id]
    studio.projects.away = False
    await studio.render()
    assert (await studio.job(job_id)).status == pb.JOB_STATUS_SUCCEEDED


async def test_a_project_that_is_gone_ends_its_film(studio: Studio) -> None:
    project_id = studio.project()
    job_id = await studio.film(project_id, duration_s=30)
    worker = studio.worker()
    [order] = await worker.claim()
    await worker.finish(order)
    del studio.projects.projects[project_id]
    await studio.planner.run()
    job = await studio.job(job_id)
    assert (job.status, job.error.code) == (pb.JOB_STATUS_FAILED, "STORYBOARD_REFUSED")
    assert (await studio.facts(job_id))[-1][0] == "JobFailed"


async def test_a_script_in_which_nothing_happens_ends_its_film_and_nobody_elses(studio: Studio) -> None:
    empty, full = studio.project(), studio.project()
    script = studio.projects.scripts[empty]
    del script.elements[1:]
    script.elements_sha256 = "of a heading alone"
    first, second = await studio.film(empty, duration_s=30), await studio.film(full, duration_s=30)
    await studio.render()
    job = await studio.job(first)
    assert (job.status, job.error.code) == (pb.JOB_STATUS_FAILED, "SCRIPT_EMPTY")
    assert (await studio.job(second)).status == pb.JOB_STATUS_SUCCEEDED


async def test_a_film_the_planner_stumbles_over_delays_nobody_elses(studio: Studio) -> None:
    bad, good = studio.project(), studio.project()
    await studio.film(bad, duration_s=30)
    job_id = await studio.film(good, duration_s=30)
    studio.projects.poison.add(bad)
    worker = studio.worker()
    for order in await worker.claim():
        await worker.finish(order)
    await studio.planner.run()
    assert {order.job_id for order in await worker.claim()} == {str(job_id)}


# ---- review


async def test_a_reviewed_film_waits_for_its_approval_and_takes_the_edits(studio: Studio) -> None:
    project_id = studio.project()
    job_id = await studio.film(project_id, duration_s=30, review=True)
    worker = await studio.render()
    waiting = await studio.job(job_id)
    assert (waiting.status, worker.kinds()) == (pb.JOB_STATUS_WAITING_REVIEW, ["analyze_script"])
    assert not waiting.HasField("eta_seconds")
    studio.projects.boards[project_id].scenes[0].shots[0].prompt = "Waves, seen from far above."
    await studio.jobs.approve(studio.user, str(job_id))
    await studio.render(worker)
    assert (await studio.job(job_id)).status == pb.JOB_STATUS_SUCCEEDED
    prompts = [order.params.draw_frame.prompt for order in worker.made if order.params.HasField("draw_frame")]
    assert "Waves, seen from far above." in prompts
    types = [event.type for event in await studio.events(job_id)]
    assert types.index("job.waiting_review") < types.index("job.succeeded")


async def test_only_a_job_in_review_is_approved(studio: Studio) -> None:
    job_id = await studio.film(studio.project(), duration_s=30)
    with pytest.raises(JobState):
        await studio.jobs.approve(studio.user, str(job_id))
    with pytest.raises(NotFound):
        await studio.jobs.approve("somebody else", str(job_id))


async def test_a_reviewed_film_whose_analysis_was_cached_is_started_by_its_approval(studio: Studio) -> None:
    project_id = studio.project()
    await studio.film(project_id, duration_s=30)
    await studio.render()
    job_id = await studio.film(project_id, duration_s=30, fps=25, review=True)
    await studio.render()
    assert (await studio.job(job_id)).status == pb.JOB_STATUS_WAITING_REVIEW
    await studio.jobs.approve(studio.user, str(job_id))
    await studio.render()
    assert (await studio.job(job_id)).status == pb.JOB_STATUS_SUCCEEDED
    assert [name for name, _ in await studio.facts(job_id)] == ["JobQueued", "JobStarted", "JobSucceeded"]
