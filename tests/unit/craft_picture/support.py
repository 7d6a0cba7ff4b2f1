"""Small scripts and steps for the tests of pictures and story."""

from __future__ import annotations

from pathlib import Path

from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import script_pb2 as sp
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.engines import load
from services.render_worker.engines.base import Finished, Work

KIND = sp.ScriptElement


def elements(*pairs: tuple[int, str]) -> list[sp.ScriptElement]:
    return [KIND(kind=kind, text=text) for kind, text in pairs]


def a_script() -> sp.Script:
    return sp.Script(
        title="The Light",
        language="en",
        version=1,
        elements=elements(
            (KIND.KIND_HEADING, "EXT. LIGHTHOUSE - DUSK"),
            (
                KIND.KIND_ACTION,
                "MARA (60s), a keeper in a yellow raincoat, waits. TOM (9), a boy in a red scarf, runs to her.",
            ),
            (KIND.KIND_CHARACTER, "TOM"),
            (KIND.KIND_DIALOGUE, "Grandma! The lamp is still dark!"),
            (KIND.KIND_CHARACTER, "MARA"),
            (KIND.KIND_PARENTHETICAL, "(worried)"),
            (KIND.KIND_DIALOGUE, "I know. And the fog is coming."),
            (KIND.KIND_HEADING, "INT. KITCHEN - NIGHT"),
            (KIND.KIND_ACTION, "A lantern stands on the table."),
            (KIND.KIND_CHARACTER, "TOM"),
            (KIND.KIND_DIALOGUE, "Then let us carry fire!"),
        ),
    )


def run(
    engine: str, params: pb.StepParams, folder: Path, inputs: dict[str, Path] | None = None, seed: int = 1
) -> Finished:
    return load(engine).run(Work(params, inputs or {}, folder, seed, lambda share: None))


def analyze(script: sp.Script, folder: Path, seed: int = 1, **params: object) -> sb.Storyboard:
    asked = pb.AnalyzeScriptParams(script=script, **params)  # type: ignore[arg-type]
    return run("rules@3", pb.StepParams(analyze_script=asked), folder, seed=seed).result.analyze_script.storyboard


def spoken(board: sb.Storyboard) -> list[str]:
    return [line.text for scene in board.scenes for shot in scene.shots for line in shot.lines]


def shots(board: sb.Storyboard) -> list[sb.Shot]:
    return [shot for scene in board.scenes for shot in scene.shots]
