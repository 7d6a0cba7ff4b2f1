"""The life of a film by REST, as a new user sees it."""

from __future__ import annotations

import hashlib
import json
import re
import time
from itertools import pairwise
from pathlib import Path

import av
import pytest
from PIL import Image

from deploy.local.check_film import faults, measure
from tests.e2e.conftest import Film, fetched
from tests.support.studio import SCRIPT

CUE = re.compile(r"(\d+):(\d\d):(\d\d)[.,](\d{3}) --> (\d+):(\d\d):(\d\d)[.,](\d{3})")
SHORT_CUE = re.compile(r"^(\d\d:\d\d\.\d{3}) --> (\d\d:\d\d\.\d{3})", re.MULTILINE)


def test_a_quote_names_the_price_that_is_held(film: Film) -> None:
    assert film.quote["credits"] == 1
    assert sum(line["credits"] for line in film.quote["breakdown"]) == 1
    assert film.quote["eta_seconds"] > 0
    assert film.accepted["credits"] == {"quoted": 1, "held": 1, "captured": 0, "released": 0}


def test_credits_are_held_then_captured_and_the_ledger_agrees(film: Film) -> None:
    nothing_owed = {"debt": 0, "subscription": None}
    assert film.during == {"available": 2, "held": 1, "plan": "free", **nothing_owed}
    assert film.job["credits"] == {"quoted": 1, "held": 1, "captured": 1, "released": 0}
    assert film.after == {"available": 2, "held": 0, "plan": "free", **nothing_owed}
    story = [(line["kind"], line["amount"], line["balance_after"]) for line in reversed(film.transactions)]
    assert story == [("grant", 3, 3), ("hold", -1, 2), ("capture", 0, 2)]


def test_events_have_no_gap_and_progress_never_falls(film: Film) -> None:
    assert [event["seq"] for event in film.events] == list(range(1, len(film.events) + 1))
    assert [event["type"] for event in film.events[:2]] == ["job.queued", "job.started"]
    assert film.events[-1]["type"] == "job.succeeded"
    values = [event["data"]["progress"]["value"] for event in film.events if event["type"] == "job.progress"]
    assert values
    assert values == sorted(values)


def test_the_film_is_as_long_large_and_playable_as_was_asked_for(film: Film, film_file: Path) -> None:
    measured = measure(film_file)
    assert faults(measured, 15, 720) == []
    assert (measured.width, measured.height) == (1280, 720)
    output = film.output("film")
    data = film_file.read_bytes()
    assert (output["size_bytes"], output["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert film.job["quality"]["passed"]
    assert abs(film.job["quality"]["duration_error_s"]) <= 0.5


def test_the_film_has_a_chapter_for_each_scene(film_file: Path) -> None:
    with av.open(str(film_file)) as container:
        titles = [chapter["metadata"]["title"] for chapter in container.chapters()]
    assert titles == ["The Kettle", "INT. KITCHEN - NIGHT", "EXT. SEA - DAWN"]


def test_scenes_and_shots_can_be_read_afterwards(film: Film) -> None:
    scenes = film.person.ok("GET", f"/projects/{film.project_id}/scenes")["items"]
    assert [scene["heading"] for scene in scenes] == ["INT. KITCHEN - NIGHT", "EXT. SEA - DAWN"]
    assert sum(len(scene["shots"]) for scene in scenes) == film.job["counts"]["shots_total"]
    project = film.person.ok("GET", f"/projects/{film.project_id}")
    # other tests film this project again: whichever came last
    jobs = film.person.ok("GET", f"/jobs?project_id={film.project_id}")["items"]
    assert project["last_job_id"] in [job["id"] for job in jobs]


def seconds(*parts: str) -> float:
    hours, minutes, whole, millis = map(int, parts)
    return hours * 3600 + minutes * 60 + whole + millis / 1000


def test_subtitles_are_valid_in_all_three_formats(film: Film) -> None:
    texts = {
        kind: fetched(film.person, film.job["id"], "subtitles", f"?language=en&format={kind}").text
        for kind in ("vtt", "srt", "ass")
    }
    assert texts["vtt"].startswith("WEBVTT\n")
    for text in texts.values():
        assert "The kettle knows when it rains." in text.replace("\n", " ").replace("\\N", " ")
    numbers = [int(line) for line in texts["srt"].splitlines() if line.isdigit()]
    assert numbers == list(range(1, len(numbers) + 1))
    cues = [(seconds(*cue[:4]), seconds(*cue[4:])) for cue in CUE.findall(texts["srt"])]
    assert len(cues) == len(numbers) == max(len(SHORT_CUE.findall(texts["vtt"])), len(CUE.findall(texts["vtt"])))
    assert all(start < end <= 15 for start, end in cues)
    assert all(end <= start for (_, end), (start, _) in pairwise(cues))
    assert "[Script Info]" in texts["ass"]
    assert texts["ass"].count("\nDialogue: ") == len(cues)


def test_the_poster_is_a_picture_of_less_than_two_megabytes(film: Film, tmp_path: Path) -> None:
    poster = tmp_path / "poster.jpg"
    poster.write_bytes(fetched(film.person, film.job["id"], "thumbnail").content)
    assert poster.stat().st_size < 2_000_000
    with Image.open(poster) as picture:
        assert (picture.format, picture.size) == ("JPEG", (1280, 720))
        low, high = picture.convert("L").getextrema()
    assert high - low > 100


def test_a_job_asked_for_in_small_says_the_same(film: Film) -> None:
    small = film.person.ok("GET", f"/jobs/{film.job['id']}/status")
    assert small == {
        key: film.job[key] for key in ("id", "status", "progress", "queue_position", "eta_seconds", "error")
    }
    listed = film.person.ok("GET", f"/jobs?project_id={film.project_id}&status=succeeded")["items"]
    assert film.job["id"] in [job["id"] for job in listed]


@pytest.mark.parametrize("kind", ["podcast", "../film", "film.mp4"])
def test_an_output_that_was_not_made_is_not_found(film: Film, kind: str) -> None:
    film.person.refused(404, "NOT_FOUND", "GET", f"/jobs/{film.job['id']}/outputs/{kind}")


def test_a_second_run_costs_nothing_and_a_changed_line_renders_one_shot(film: Film) -> None:
    person, project_id = film.person, film.project_id
    started = time.monotonic()
    again = person.film(project_id, resolution=None, seed=7)
    assert time.monotonic() - started < 10
    assert again["credits"] == {"quoted": 0, "held": 0, "captured": 0, "released": 0}
    assert again["counts"]["steps_cached"] == again["progress"]["steps_total"]
    assert [output["sha256"] for output in again["outputs"]] == [output["sha256"] for output in film.job["outputs"]]

    person.put_script(project_id, SCRIPT.replace("I am coming home!", "I am coming back!"))
    changed = person.film(project_id, resolution=None, seed=7)
    work = {stage["stage"]: stage["steps"] for stage in changed["stage_times"]}
    assert (work["animate_shot"], work["speak_line"]) == (1, 1)
    assert "compose_music" not in work
    # a gesture may follow from what is said
    assert work.get("draw_frame", 0) <= 1
    assert changed["counts"]["steps_cached"] == changed["progress"]["steps_total"] - sum(work.values())
    assert changed["credits"]["captured"] == changed["credits"]["held"] == 1
    assert person.settled()["available"] == 1


def test_a_job_tells_what_it_was_asked_for(film: Film) -> None:
    assert film.job["options"] == {"duration_s": 15, "seed": 7}
    assert json.dumps(film.job["links"]).count(film.job["id"]) == 4
