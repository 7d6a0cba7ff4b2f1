"""What ai_jobs says at its door of how long a film must be is what it finds once the script is cut into shots and spoken."""

from __future__ import annotations

from pathlib import Path

import pytest
from filmstudio.projects.v1 import script_pb2

from services.ai_jobs import fitting, lengths
from services.ai_jobs.drafts import shots_of
from services.projects import reading
from services.projects.speech_estimate import speech_ms, spoken_seconds
from services.render_worker.craft.directing.story import tell

CHECKOUT = Path(__file__).resolve().parents[2]
PLAIN, FOUNTAIN = script_pb2.SCRIPT_FORMAT_PLAIN, script_pb2.SCRIPT_FORMAT_FOUNTAIN
SCRIPTS = {
    "tests/data/scripts/hamlet.txt": "en", "tests/data/scripts/earnest.txt": "en", "tests/data/scripts/corbeau.txt": "fr",
    "tests/data/scripts/erlkoenig.txt": "de", "tests/data/scripts/quijote.txt": "es", "tests/data/scripts/pinocchio.txt": "it",
    "tests/data/scripts/kabir.txt": "hi", "tests/data/scripts/gita.txt": "sa", "tests/data/scripts/kural.txt": "ta",
    "tests/data/scripts/kalila.txt": "ar", "tests/data/scripts/tolsty_i_tonky.txt": "ru", "examples/demo.fountain": "en",
    "examples/drama.fountain": "en", "examples/fable.fountain": "en", "examples/product.fountain": "en",
    "examples/sloka.fountain": "sa", "examples/podcast.fountain": "en",
}  # fmt: skip


def read(name: str) -> script_pb2.Script:
    text = (CHECKOUT / name).read_text("utf-8")
    elements = reading.read(FOUNTAIN if name.endswith(".fountain") else PLAIN, text)
    return script_pb2.Script(
        language=SCRIPTS[name], elements=elements, spoken_seconds=spoken_seconds(elements, SCRIPTS[name])
    )


def fits(script: script_pb2.Script, seconds: int) -> bool:
    """Whether a film of that length can hold the script, were each line spoken just as long as it is estimated."""
    shots = [shot for _, shot in shots_of(tell(lengths.paced(script), seconds * 1000, [], seed=7))]
    kinds = script_pb2.ScriptElement
    said = [element for element in script.elements if element.kind in (kinds.KIND_DIALOGUE, kinds.KIND_NARRATION)]
    verse = [element for element in script.elements if element.kind == kinds.KIND_LYRIC]
    whole_ms = sum(speech_ms(element.text, script.language) for element in said)
    whole_ms += lengths.RECITED * sum(speech_ms(element.text, script.language) for element in verse)
    scale = whole_ms / sum(line.estimated_ms for shot in shots for line in shot.lines)
    needs = [
        fitting.ShotNeed(str(index), shot.natural_ms, tuple(round(line.estimated_ms * scale) for line in shot.lines))
        for index, shot in enumerate(shots)
    ]
    try:
        fitting.fit(needs, fps=24, frames=seconds * 24, title=True, end=True)
    except fitting.DoesNotFit:
        return False
    return True


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_length_that_the_door_lets_in_holds_the_speech_and_a_shorter_one_does_not(name: str) -> None:
    script = read(name)
    needed = lengths.needed_seconds(script)
    # within a fiftieth, in whole seconds
    slack = -(-needed // 50)
    assert fits(script, needed + slack)
    assert not fits(script, needed - slack - 1)
