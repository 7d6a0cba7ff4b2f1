"""A filmmaker's changes: of single shots, of the cast, of the words; and scripts written of an idea."""

from __future__ import annotations

import httpx
import pytest

from tests.support.studio import Json, Person

SMALL = {"resolution": "480p"}
HINDI = """\
1
00:00:03,000 --> 00:00:06,000
केतली जानती है कि बारिश कब होगी।

2
00:00:07,000 --> 00:00:10,000
मैं घर आ रहा हूँ!
"""


def shots(person: Person, project_id: str) -> list[Json]:
    scenes = person.ok("GET", f"/projects/{project_id}/scenes")["items"]
    return [shot for scene in scenes for shot in scene["shots"]]


def rendered(job: Json, stage: str) -> int:
    return sum(entry["steps"] for entry in job["stage_times"] if entry["stage"] == stage)


@pytest.fixture(scope="module")
def made(filmmaker: Person) -> str:
    """A project with a film of a quarter of a minute."""
    project_id = filmmaker.project_with_script()
    filmmaker.film(project_id, seed=11)
    return project_id


def test_a_changed_shot_alone_is_rendered_again(filmmaker: Person, made: str) -> None:
    before = shots(filmmaker, made)
    shot = before[-1]
    other = "wide" if shot["size"] != "wide" else "medium"
    path = f"/projects/{made}/shots/{shot['id']}"
    changed = filmmaker.ok("PATCH", path, {"size": other, "camera": "static", "approved": True})
    assert (changed["size"], changed["camera"], changed["approved"]) == (other, "static", True)
    assert sorted(changed["overridden"]) == ["camera", "size"]
    job = filmmaker.film(made, seed=11)
    assert rendered(job, "animate_shot") == rendered(job, "draw_frame") == 1
    assert job["credits"]["captured"] == 1
    after = {one["id"]: one for one in shots(filmmaker, made)}
    assert (after[shot["id"]]["size"], after[shot["id"]]["approved"]) == (other, True)
    assert {one["id"] for one in before} == set(after)
    cleared = filmmaker.ok("PATCH", path, {"size": None, "camera": None})
    assert (cleared["size"], cleared["camera"], cleared["overridden"]) == (shot["size"], shot["camera"], [])


def test_a_character_looks_and_sounds_as_the_filmmaker_says(filmmaker: Person, made: str) -> None:
    cast = filmmaker.ok("GET", f"/projects/{made}/characters")["items"]
    tom = next(one for one in cast if one["name"] == "TOM")
    path = f"/projects/{made}/characters/{tom['id']}"
    change = {"look": {"clothes_color": "#224466", "garment": "sweater"}, "voice": {"pitch": 0.9}}
    assert filmmaker.ok("PATCH", path, change)["look"]["garment"] == "sweater"
    job = filmmaker.film(made, seed=11)
    assert rendered(job, "speak_line") == 1
    assert rendered(job, "draw_frame") >= 1
    assert filmmaker.ask("DELETE", path).status_code == 204
    again = filmmaker.ok("GET", f"/projects/{made}/characters")["items"]
    assert next(one for one in again if one["name"] == "TOM")["overridden"] == []


def test_somebody_described_beforehand_is_who_the_script_names(filmmaker: Person) -> None:
    project_id = filmmaker.project()
    described = filmmaker.ok("POST", f"/projects/{project_id}/characters", {"name": "Tom", "age": "senior"})
    filmmaker.refused(409, "NAME_TAKEN", "POST", f"/projects/{project_id}/characters", {"name": "TOM"})
    filmmaker.put_script(project_id)
    job = filmmaker.ok("POST", "/generate/storyboard", {"project_id": project_id, "options": SMALL})
    assert filmmaker.wait_for_end(job["id"])["status"] == "succeeded"
    cast = filmmaker.ok("GET", f"/projects/{project_id}/characters")["items"]
    tom = next(one for one in cast if one["id"] == described["id"])
    assert (tom["in_script"], tom["age"]) == (True, "senior")


def test_a_translation_by_hand_is_a_track_and_a_file_of_the_film(filmmaker: Person, made: str) -> None:
    asset_id = filmmaker.upload(made, "subtitles", "hindi.srt", "application/x-subrip", HINDI.encode())
    filmmaker.ok("POST", f"/assets/{asset_id}/complete")
    job = filmmaker.film(made, seed=11, subtitles={"languages": ["hi"], "files": {"hi": asset_id}})
    languages = {output["language"] for output in job["outputs"] if output["kind"] == "subtitles"}
    assert languages == {"en", "hi"}
    answer = filmmaker.ask("GET", f"/jobs/{job['id']}/outputs/subtitles?language=hi&format=vtt")
    assert "केतली जानती है" in httpx.get(answer.headers["location"]).text
    refusal = filmmaker.refused(
        422, "LANGUAGE_UNSUPPORTED", "POST", "/generate/video",
        {"project_id": made, "options": {"subtitles": {"languages": ["hi"]}}},
    )  # fmt: skip
    assert refusal["supported"] == ["en"]


def test_a_film_comes_as_scenes_a_storyboard_and_webm_too(filmmaker: Person, made: str) -> None:
    job = filmmaker.film(made, seed=11, formats=["mp4", "webm"])
    kinds = [output["kind"] for output in job["outputs"]]
    assert {"film", "webm", "audio", "storyboard", "scene", "subtitles", "thumbnail"} == set(kinds)
    scenes = [output for output in job["outputs"] if output["kind"] == "scene"]
    assert [scene["scene"] for scene in scenes] == [1, 2]
    assert 5 < sum(scene["duration_s"] for scene in scenes) < 15
    answer = filmmaker.ask("GET", f"/jobs/{job['id']}/outputs/scene?scene=2")
    assert answer.status_code == 302
    filmmaker.refused(404, "NOT_FOUND", "GET", f"/jobs/{job['id']}/outputs/scene?scene=9")


def test_an_idea_becomes_a_script_that_can_be_filmed(filmmaker: Person) -> None:
    project_id = filmmaker.project("The Reader")
    idea = "A young fox wants to learn how to read the stars."
    job = filmmaker.ok("POST", "/generate/script", {"project_id": project_id, "idea": idea})
    ended = filmmaker.wait_for_end(job["id"])
    assert (ended["status"], ended["kind"], ended["credits"]["held"]) == ("succeeded", "script", 0)
    script = filmmaker.ok("GET", f"/projects/{project_id}/script")
    assert script["scenes"] == 3
    assert len(script["characters"]) >= 2
    board = filmmaker.ok("POST", "/generate/storyboard", {"project_id": project_id, "options": SMALL})
    assert filmmaker.wait_for_end(board["id"])["status"] == "succeeded"
    assert len(shots(filmmaker, project_id)) >= 6


def test_a_podcast_shows_who_speaks(filmmaker: Person, made: str) -> None:
    podcast = {"layout": "full", "speakers": [{"name": "Mara"}, {"name": "Tom"}]}
    job = filmmaker.film(made, seed=11, podcast=podcast)
    assert job["options"]["podcast"] == podcast
    refusal = filmmaker.refused(
        422, "VALIDATION_FAILED", "POST", "/generate/video",
        {"project_id": made, "options": {"podcast": {"speakers": [{"name": "Mara"}, {"name": "Nobody"}]}}},
    )  # fmt: skip
    assert refusal["errors"][0]["pointer"] == "/options/podcast/speakers/1/name"
