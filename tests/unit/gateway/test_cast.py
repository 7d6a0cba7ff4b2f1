"""Changes of shots and of the cast, as they go to projects and come back."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from filmstudio.projects.v1 import projects_pb2
from filmstudio.projects.v1 import storyboard_pb2 as sb

from tests.unit.gateway.conftest import Gateway
from tests.unit.gateway.fakes import refuse

SHOT = "/api/v1/projects/p1/shots/s1"
CAST = "/api/v1/projects/p1/characters"


async def test_a_shots_change_says_what_is_set_and_what_is_cleared(gateway: Gateway) -> None:
    body = {"duration_s": 4.25, "size": "close_up", "camera": "follow", "prompt": None, "approved": True}
    answer = await gateway.http.patch(SHOT, json=body, headers={**gateway.auth(), "If-Match": '"3"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"4"')
    asked: projects_pb2.UpdateShotRequest = gateway.services.projects.last("UpdateShot")
    assert asked.edit == sb.ShotEdit(duration_ms=4250, size=sb.SHOT_SIZE_CLOSE_UP, camera=sb.CAMERA_MOVE_FOLLOW)
    assert (list(asked.cleared), asked.approved, asked.if_match) == (["prompt"], True, '"3"')
    shot = answer.json()
    assert (shot["size"], shot["duration_s"], shot["overridden"], shot["transition"]) == (
        "close_up", 4.25, ["size", "duration_s"], "cut",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"size": "huge"}, "/size"), ({"duration_s": 0.5}, "/duration_s"), ({"lens": 35}, "/lens")],
)
async def test_a_change_that_no_shot_can_have_is_pointed_at(gateway: Gateway, body: Any, pointer: str) -> None:
    answer = await gateway.http.patch(SHOT, json=body, headers=gateway.auth())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_the_cast_is_listed_with_what_was_said_of_it(gateway: Gateway) -> None:
    [mara] = (await gateway.http.get(CAST, headers=gateway.auth())).json()["items"]
    assert (mara["id"], mara["name"], mara["in_script"], mara["age"]) == ("c1", "Mara", True, "senior")
    assert mara["overridden"] == ["look.garment", "voice.pitch"]
    assert (mara["look"]["garment"], mara["voice"]["speed"]) == ("coat", 1.0)


async def test_a_characters_change_goes_field_by_field(gateway: Gateway) -> None:
    body = {"age": "child", "look": {"garment": "sari", "build": None}, "voice": None}
    answer = await gateway.http.patch(f"{CAST}/c1", json=body, headers=gateway.auth())
    assert answer.status_code == 200
    asked: projects_pb2.UpdateCharacterRequest = gateway.services.projects.last("UpdateCharacter")
    assert asked.edit == sb.CharacterEdit(age=sb.AGE_GROUP_CHILD, garment="sari")
    assert list(asked.cleared) == [
        "build", "voice_accent", "voice_age", "voice_gender", "voice_pitch", "voice_speed",
    ]  # fmt: skip


async def test_somebody_new_has_a_place(gateway: Gateway) -> None:
    body = {"name": "Tom", "voice": {"pitch": 0.4, "gender": "male"}}
    answer = await gateway.http.post(CAST, json=body, headers=gateway.auth())
    assert (answer.status_code, answer.headers["location"]) == (
        201, "http://studio.example/api/v1/projects/p1/characters/c1",
    )  # fmt: skip
    asked: projects_pb2.CreateCharacterRequest = gateway.services.projects.last("CreateCharacter")
    assert (asked.name, asked.edit) == ("Tom", sb.CharacterEdit(voice_pitch=0.4, voice_gender=sb.GENDER_MALE))
    taken = refuse(grpc.StatusCode.ALREADY_EXISTS, "NAME_TAKEN")
    gateway.services.projects.refusals["CreateCharacter"] = taken
    again = await gateway.http.post(CAST, json=body, headers=gateway.auth())
    assert (again.status_code, again.json()["code"]) == (409, "NAME_TAKEN")


async def test_a_script_of_an_idea_is_a_job(gateway: Gateway) -> None:
    body = {"project_id": "p1", "idea": "A fox who reads", "language": "hi"}
    answer = await gateway.http.post("/api/v1/generate/script", json=body, headers=gateway.auth())
    assert answer.status_code == 202
    asked = gateway.services.jobs.last("CreateJob")
    assert (asked.idea, asked.language, asked.project_id) == ("A fox who reads", "hi", "p1")
    short = await gateway.http.post("/api/v1/generate/script", json={**body, "idea": "ab"}, headers=gateway.auth())
    assert short.status_code == 422
