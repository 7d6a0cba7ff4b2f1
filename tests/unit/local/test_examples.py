"""The examples: each can be ordered as it lies there, and one that fails doesn't hide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from filmstudio.projects.v1 import script_pb2
from pydantic import TypeAdapter

from cli.errors import StudioError
from deploy.local import examples, examples_files
from deploy.local.examples import Made
from services.gateway.schemas.jobs import VideoOptions
from services.projects import reading
from services.projects.languages import normalized
from services.render_worker.craft.lettering import subtitle_files


@pytest.mark.parametrize("name", examples_files.names())
def test_an_example_is_ordered_in_the_apis_own_words(name: str) -> None:
    example = examples_files.read(name)
    ordered = example.order({file.path: "019283b0-5c7e-7a4e-9b1f-2f6f1d1c0a11" for file in example.files()})
    assert TypeAdapter(VideoOptions).validate_python(ordered)
    assert normalized(example.language) == example.language


@pytest.mark.parametrize("name", examples_files.names())
def test_an_example_has_a_title_and_something_to_say(name: str) -> None:
    elements = reading.read(
        script_pb2.SCRIPT_FORMAT_FOUNTAIN, examples_files.read(name).script.read_text(encoding="utf-8")
    )
    kinds = script_pb2.ScriptElement
    assert elements[0].kind == kinds.KIND_TITLE
    assert any(element.kind in (kinds.KIND_DIALOGUE, kinds.KIND_LYRIC) for element in elements)


def test_the_examples_show_the_breadth() -> None:
    told = [examples_files.read(name).options for name in examples_files.names()]
    assert {options.get("style", "flat") for options in told} == {"flat", "paper", "watercolor", "noir"}
    assert {options["aspect"] for options in told} >= {"16:9", "9:16"}
    assert any(len(options.get("podcast", {}).get("speakers", [])) == 3 for options in told)
    assert any(options.get("music", {}).get("raga") for options in told)


def test_a_translation_is_subtitles_within_the_film() -> None:
    example = examples_files.read("sloka")
    (file,) = example.files()
    cues = subtitle_files.read(file.path.read_bytes())
    assert cues[-1].end_ms <= example.options["duration_s"] * 1000
    assert all(len(cue.lines) <= 2 for cue in cues)


def test_a_file_is_uploaded_once_and_named_by_its_asset(tmp_path: Path) -> None:
    (tmp_path / "a.fountain").write_text("INT. ROOM - DAY\n\nA chair.")
    (tmp_path / "a.png").write_bytes(b"png")
    (tmp_path / "a.yaml").write_text(
        "script: a.fountain\nlanguage: en\noptions:\n  images: [a.png, a.png]\n  podcast:\n    speakers: [{name: A, portrait_asset_id: a.png}, {name: B}]\n"
    )
    example = examples_files.read("a", tmp_path)
    assert [(file.kind, file.content_type) for file in example.files()] == [("image", "image/png")]
    ordered = example.order({tmp_path / "a.png": "id"})
    assert ordered["images"] == ["id", "id"]
    assert ordered["podcast"]["speakers"] == [{"name": "A", "portrait_asset_id": "id"}, {"name": "B"}]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("script: a.fountain\nlanguage: en\n", "must have"),
        ("script: a.fountain\nlanguage: en\noptions: {}\nstyle: noir\n", "must have"),
        ("script: a.fountain\nlanguage: en\noptions: {images: [gone.png]}\n", "isn't there"),
        ("script: a.doc\nlanguage: en\noptions: {}\n", "what is it written in"),
        ("script: [\n", "not YAML"),
    ],
)
def test_an_example_that_cannot_be_used_says_why(tmp_path: Path, told: str, said: str) -> None:
    (tmp_path / "a.yaml").write_text(told)
    with pytest.raises(StudioError, match=said):
        examples_files.read("a", tmp_path)


def test_an_unknown_example_names_those_there_are() -> None:
    with pytest.raises(StudioError) as error:
        examples_files.read("nope")
    assert "drama" in error.value.remedy


def job(**quality: Any) -> dict[str, Any]:
    measured = {
        "passed": True, "loudness_lufs": -14.02, "lip_sync_offset_ms": 12.0, "speech_over_music_db": 13.4, "jitter_px": 0.04,
        "caption_contrast": 6.2,
    }  # fmt: skip
    film = {"kind": "film", "duration_s": 60.0}
    return {"outputs": [film], "credits": {"captured": 3}, "quality": measured | quality}


def test_the_table_has_a_line_for_each_film() -> None:
    lines = examples.table([Made("drama", 41.26, job()), Made("chase", 3.0, None, "the studio is away")]).splitlines()
    assert lines[1].split("  ")[0] == "drama"
    assert "41.3 s" in lines[1]
    assert "passed, -14.0 LUFS, lips 12 ms" in lines[1]
    assert lines[2].endswith("FAILED: the studio is away")
