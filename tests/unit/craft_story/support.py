"""Scripts in a line, and what is read out of them."""

from __future__ import annotations

from filmstudio.projects.v1 import script_pb2 as sp
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.story.beats import Beat, SceneBeats, read_scenes

KIND = sp.ScriptElement


def scenes(*pairs: tuple[int, str], language: str = "en") -> list[SceneBeats]:
    return read_scenes([sp.ScriptElement(kind=kind, text=text) for kind, text in pairs], language)  # type: ignore[arg-type]


def beat(text: str, language: str = "en", *, names: tuple[str, ...] = ()) -> Beat:
    """The beat of an action, in a script in which those names speak later."""
    spoken = [pair for name in names for pair in ((KIND.KIND_CHARACTER, name), (KIND.KIND_DIALOGUE, "…"))]
    return scenes((KIND.KIND_ACTION, text), *spoken, language=language)[0].beats[0]


def done(text: str, language: str = "en", *, names: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    """Who does what to what, the deeds by their short names."""
    return [(d.who, sb.Deed.Name(d.deed)[5:].lower(), d.target) for d in beat(text, language, names=names).doings]


def seen(text: str, language: str = "en", *, names: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    """What is seen where, and who holds it."""
    return [(t.drawing, sb.Spot.Name(t.spot)[5:].lower(), t.held_by) for t in beat(text, language, names=names).things]
