"""Scripts: read at the door, kept in versions."""

from __future__ import annotations

import pytest
from filmstudio.projects.v1 import projects_pb2 as pb
from filmstudio.projects.v1 import script_pb2

from services.kit.errors import EtagMismatch, NotFound
from services.projects.errors import ScriptMissing, ScriptUnreadable
from services.projects.messages import script_message
from services.projects.models import ScriptVersion
from tests.integration.projects.conftest import Studio

TEXT = "Title: Lamp\n\nINT. ROOM - DAY\n\nMara waits.\n\nMARA\nCome in.\n\nEXT. SEA - NIGHT\n\nTOM\nI can't."


async def put(
    studio: Studio, project_id: object, text: str = TEXT, if_match: str = "", language: str = ""
) -> ScriptVersion:
    request = pb.PutScriptRequest(
        project_id=str(project_id),
        format=script_pb2.SCRIPT_FORMAT_FOUNTAIN,
        text=text,
        language=language,
        if_match=if_match,
    )
    return await studio.scripts.put(studio.user, request)


async def test_a_script_makes_the_project_ready_and_is_told_of_by_version_and_hash(studio: Studio) -> None:
    project = await studio.project()
    script = await put(studio, project.id)
    assert (script.version, script.scenes, script.characters, script.title) == (1, 2, ["MARA", "TOM"], "Lamp")
    name, told = (await studio.facts(project.id))[-1]
    assert (name, told.status, told.script_version) == ("ProjectUpdated", pb.Project.STATUS_READY, 1)
    assert (told.script_elements_sha256, told.language) == (script.elements_sha256, "en")


async def test_a_kept_script_comes_back_whole(studio: Studio) -> None:
    project = await studio.project()
    await put(studio, project.id)
    message = script_message(await studio.scripts.get(studio.user, str(project.id), 0))
    assert (message.text, message.format, message.language) == (TEXT, script_pb2.SCRIPT_FORMAT_FOUNTAIN, "en")
    assert [element.text for element in message.elements][:3] == ["Lamp", "INT. ROOM - DAY", "Mara waits."]
    assert message.spoken_seconds > 1


async def test_the_same_text_again_makes_no_version(studio: Studio) -> None:
    project = await studio.project()
    await put(studio, project.id)
    assert (await put(studio, project.id)).version == 1
    assert (await put(studio, project.id, language="hi")).version == 2
    assert (await put(studio, project.id, TEXT + "\n\nThe end comes.")).version == 3
    page, token = await studio.scripts.page(studio.user, str(project.id), 2, "")
    rest, end = await studio.scripts.page(studio.user, str(project.id), 2, token)
    assert [script.version for script in [*page, *rest]] == [3, 2, 1]
    assert end == ""
    assert (await studio.scripts.get(studio.user, str(project.id), 2)).language == "hi"


async def test_a_put_against_an_old_version_is_refused(studio: Studio) -> None:
    project = await studio.project()
    await put(studio, project.id)
    await put(studio, project.id, "INT. ROOM\n\nShe goes.", if_match='"1"')
    with pytest.raises(EtagMismatch):
        await put(studio, project.id, if_match='"1"')


async def test_no_script_is_missing_and_somebody_elses_is_not_found(studio: Studio) -> None:
    project = await studio.project()
    with pytest.raises(ScriptMissing):
        await studio.scripts.get(studio.user, str(project.id), 0)
    await put(studio, project.id)
    with pytest.raises(ScriptMissing):
        await studio.scripts.get(studio.user, str(project.id), 9)
    with pytest.raises(NotFound):
        await studio.scripts.get("somebody else", str(project.id), 0)


async def test_a_refused_script_leaves_the_one_before(studio: Studio) -> None:
    project = await studio.project()
    await put(studio, project.id)
    with pytest.raises(ScriptUnreadable):
        await put(studio, project.id, "\0")
    assert (await studio.scripts.get(studio.user, str(project.id), 0)).version == 1


async def test_a_script_of_the_largest_size_is_kept(studio: Studio) -> None:
    project = await studio.project()
    text = "INT. ROOM\n\n" + "She waits for him in the dark room. " * 5_555
    assert (await put(studio, project.id, text[:200_000])).version == 1


async def test_of_somebody_elses_project_nothing_is_said_but_that_it_is_not_found(studio: Studio) -> None:
    project = await studio.project()
    for text, language in (("", "en"), ("x" * 200_001, "en"), ("Hello.", "xx")):
        request = pb.PutScriptRequest(
            project_id=str(project.id), format=script_pb2.SCRIPT_FORMAT_PLAIN, text=text, language=language
        )
        with pytest.raises(NotFound):
            await studio.scripts.put("somebody else", request)
