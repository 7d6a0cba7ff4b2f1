"""What people change of shots and characters, on a real database: kept over analyses, cleared, guarded by etags."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from filmstudio.projects.v1 import projects_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.kit.errors import EtagMismatch, Invalid, NotFound
from services.projects.errors import NameTaken
from services.projects.models import Project
from tests.integration.projects.conftest import Studio


def board(*prompts: str, speaker: str = "MARA") -> sb.Storyboard:
    """One scene with a shot for each prompt, in which the speaker is seen."""
    made = sb.Storyboard(characters=[sb.Character(id="c-1", name=speaker, voice=sb.Voice(speed=1.0))])
    scene = made.scenes.add(heading="INT. KITCHEN")
    for prompt in prompts:
        shot = scene.shots.add(prompt=prompt, size=sb.SHOT_SIZE_WIDE, camera=sb.CAMERA_MOVE_STATIC)
        shot.presences.add(character_id="c-1", looks_at="c-1")
        shot.acts.add(character_id="c-1", deed=sb.DEED_WALK, target="c-1")
    return made


async def analysed(studio: Studio, *prompts: str) -> tuple[Project, sb.Storyboard]:
    project = await studio.project()
    return project, await studio.storyboards.put(studio.user, str(project.id), board(*prompts), "j1")


def change(project: Project, shot_id: str, *, cleared: tuple[str, ...] = (), **more: Any) -> pb.UpdateShotRequest:
    request = pb.UpdateShotRequest(project_id=str(project.id), shot_id=shot_id, cleared=cleared)
    for name in ("if_match", "approved"):
        if name in more:
            setattr(request, name, more.pop(name))
    request.edit.MergeFrom(sb.ShotEdit(**more))
    return request


def shots(found: sb.Storyboard) -> list[sb.Shot]:
    return [shot for scene in found.scenes for shot in scene.shots]


async def test_a_changed_shot_stays_changed_over_the_next_analysis(studio: Studio) -> None:
    project, found = await analysed(studio, "a door", "a lamp")
    shot_id = shots(found)[1].id
    asked = change(project, shot_id, size=sb.SHOT_SIZE_CLOSE_UP, duration_ms=4200, prompt="a lamp, lit")
    changed, etag = await studio.edits.update_shot(studio.user, asked)
    assert (changed.size, changed.wished_ms, changed.prompt, etag) == (sb.SHOT_SIZE_CLOSE_UP, 4200, "a lamp, lit", "1")
    again = await studio.storyboards.put(studio.user, str(project.id), board("a door", "a window", "a lamp"), "j2")
    kept = shots(again)[2]
    assert (kept.id, kept.size, kept.wished_ms, kept.prompt) == (shot_id, sb.SHOT_SIZE_CLOSE_UP, 4200, "a lamp, lit")
    assert sorted(kept.overridden) == ["duration_s", "prompt", "size"]
    assert shots(await studio.storyboards.get(studio.user, str(project.id)))[2] == kept
    assert shots(again)[0].size == sb.SHOT_SIZE_WIDE


async def test_a_cleared_field_is_as_the_analysis_has_it(studio: Studio) -> None:
    project, found = await analysed(studio, "a door")
    [shot] = shots(found)
    await studio.edits.update_shot(
        studio.user, change(project, shot.id, size=sb.SHOT_SIZE_INSERT, prompt="a bolted door")
    )
    cleared, _ = await studio.edits.update_shot(studio.user, change(project, shot.id, cleared=("prompt",)))
    assert (cleared.prompt, cleared.size) == ("a door", sb.SHOT_SIZE_INSERT)


async def test_a_change_can_still_be_cleared_after_a_film_told_its_lengths(studio: Studio) -> None:
    project, found = await analysed(studio, "a door", "a lamp")
    shot = shots(found)[1]
    await studio.edits.update_shot(studio.user, change(project, shot.id, prompt="a lit lamp", duration_ms=4200))
    [mara] = found.characters
    await studio.edits.update_character(studio.user, described(project, mara.id, garment="coat"))
    filmed = await studio.storyboards.put(studio.user, str(project.id), board("a door", "a lamp"), "j2")
    for number, one in enumerate(shots(filmed), start=1):
        one.duration_ms = number * 1000
    told = await studio.storyboards.put(studio.user, str(project.id), filmed, "j2")
    assert [(one.duration_ms, one.prompt, sorted(one.overridden)) for one in shots(told)] == [
        (1000, "a door", []),
        (2000, "a lit lamp", ["duration_s", "prompt"]),
    ]
    cleared, _ = await studio.edits.update_shot(
        studio.user, change(project, shot.id, cleared=("prompt", "duration_ms"))
    )
    assert (cleared.prompt, cleared.wished_ms, list(cleared.overridden)) == ("a lamp", 0, [])
    request = pb.UpdateCharacterRequest(project_id=str(project.id), character_id=mara.id, cleared=["garment"])
    assert (await studio.edits.update_character(studio.user, request)).character.look.garment == ""


async def test_an_approval_is_of_what_was_seen(studio: Studio) -> None:
    project, found = await analysed(studio, "a door")
    [shot] = shots(found)
    approved, _ = await studio.edits.update_shot(studio.user, change(project, shot.id, approved=True))
    assert approved.approved
    same = await studio.storyboards.put(studio.user, str(project.id), board("a door"), "j2")
    assert shots(same)[0].approved
    other = await studio.storyboards.put(studio.user, str(project.id), board("a gate"), "j3")
    assert (shots(other)[0].id, shots(other)[0].approved) == (shot.id, False)


async def test_edits_make_another_film_of_the_project(studio: Studio) -> None:
    project, found = await analysed(studio, "a door")
    before = (await studio.projects.get(studio.user, str(project.id))).edits_version
    await studio.edits.update_shot(studio.user, change(project, shots(found)[0].id, prompt="a gate"))
    assert (await studio.projects.get(studio.user, str(project.id))).edits_version == before + 1


async def test_who_has_not_seen_the_last_change_is_told(studio: Studio) -> None:
    project, found = await analysed(studio, "a door")
    [shot] = shots(found)
    await studio.edits.update_shot(studio.user, change(project, shot.id, prompt="a gate", if_match='"0"'))
    with pytest.raises(EtagMismatch):
        await studio.edits.update_shot(studio.user, change(project, shot.id, prompt="a wall", if_match='"0"'))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"duration_ms": 500}, "duration_s"),
        ({"duration_ms": 20_001}, "duration_s"),
        ({"prompt": "  "}, "prompt"),
        ({"size": sb.SHOT_SIZE_UNSPECIFIED}, "size"),
        ({"image_asset_id": str(uuid4())}, "image_asset_id"),
        ({"cleared": ("colour",)}, "colour"),
    ],
)
async def test_a_change_out_of_its_bounds_changes_nothing(studio: Studio, wrong: dict[str, Any], field: str) -> None:
    project, found = await analysed(studio, "a door")
    with pytest.raises(Invalid) as refused:
        await studio.edits.update_shot(studio.user, change(project, shots(found)[0].id, **wrong))
    assert refused.value.metadata["field"] == field
    assert shots(await studio.storyboards.get(studio.user, str(project.id))) == shots(found)


async def test_a_shot_of_somebody_else_is_not_there(studio: Studio) -> None:
    project, found = await analysed(studio, "a door")
    with pytest.raises(NotFound):
        await studio.edits.update_shot(str(uuid4()), change(project, shots(found)[0].id, prompt="mine"))
    with pytest.raises(NotFound):
        await studio.edits.update_shot(studio.user, change(project, "no-such-shot", prompt="mine"))


def described(project: Project, character_id: str, **edit: Any) -> pb.UpdateCharacterRequest:
    return pb.UpdateCharacterRequest(
        project_id=str(project.id), character_id=character_id, edit=sb.CharacterEdit(**edit)
    )


async def test_what_is_said_of_a_character_is_heard_and_seen_in_every_analysis(studio: Studio) -> None:
    project, found = await analysed(studio, "a door")
    [mara] = found.characters
    member = await studio.edits.update_character(
        studio.user,
        described(project, mara.id, clothes_color="#112233", garment="coat", voice_pitch=-0.5, age=sb.AGE_GROUP_SENIOR),
    )
    assert (member.character.look.clothes_color, member.character.voice.pitch) == ("#112233", -0.5)
    again = await studio.storyboards.put(studio.user, str(project.id), board("a gate"), "j2")
    [still] = again.characters
    assert (still.look.garment, still.voice.age, still.voice.speed) == ("coat", sb.AGE_GROUP_SENIOR, 1.0)


async def test_a_character_described_before_the_script_names_them_is_that_character(studio: Studio) -> None:
    project = await studio.project()
    added = await studio.edits.add(
        studio.user,
        pb.CreateCharacterRequest(
            project_id=str(project.id), name=" Mara ", edit=sb.CharacterEdit(hair_style="bun"), request_id="r1"
        ),
    )
    found = await studio.storyboards.put(studio.user, str(project.id), board("a door"), "j1")
    [mara] = found.characters
    assert (mara.id, mara.look.hair_style) == (added.character.id, "bun")
    [shot] = shots(found)
    assert {
        shot.presences[0].character_id,
        shot.presences[0].looks_at,
        shot.acts[0].character_id,
        shot.acts[0].target,
    } == {mara.id}
    [member] = await studio.edits.cast(studio.user, str(project.id))
    assert (member.in_script, member.edits is not None and member.edits.added) == (True, True)


async def test_a_repeated_creation_makes_one_character_and_a_name_is_one_persons(studio: Studio) -> None:
    project = await studio.project()
    asked = pb.CreateCharacterRequest(project_id=str(project.id), name="Mara", request_id="r1")
    first = await studio.edits.add(studio.user, asked)
    assert (await studio.edits.add(studio.user, asked)).character.id == first.character.id
    with pytest.raises(NameTaken):
        await studio.edits.add(
            studio.user, pb.CreateCharacterRequest(project_id=str(project.id), name="MARA", request_id="r2")
        )


async def test_removing_takes_back_what_was_said(studio: Studio) -> None:
    project, found = await analysed(studio, "a door")
    [mara] = found.characters
    await studio.edits.update_character(studio.user, described(project, mara.id, garment="coat"))
    added = await studio.edits.add(studio.user, pb.CreateCharacterRequest(project_id=str(project.id), name="Tom"))
    for character_id in (mara.id, added.character.id):
        await studio.edits.remove_character(studio.user, str(project.id), character_id, "")
    [member] = await studio.edits.cast(studio.user, str(project.id))
    assert (member.character.name, member.character.look.garment, member.edits) == ("MARA", "", None)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"clothes_color": "red"}, "look.clothes_color"),
        ({"garment": "toga"}, "look.garment"),
        ({"voice_speed": 2.0}, "voice.speed"),
        ({"voice_pitch": -1.1}, "voice.pitch"),
        ({"voice_accent": "English!"}, "voice.accent"),
    ],
)
async def test_a_look_or_voice_that_nobody_has_is_refused(studio: Studio, wrong: dict[str, Any], field: str) -> None:
    project, found = await analysed(studio, "a door")
    with pytest.raises(Invalid) as refused:
        await studio.edits.update_character(studio.user, described(project, found.characters[0].id, **wrong))
    assert refused.value.metadata["field"] == field
