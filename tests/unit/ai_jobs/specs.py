"""Specifications and storyboards for the planner's tests."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from filmstudio.ai_jobs.v1 import jobs_pb2, steps_pb2
from filmstudio.credits.v1 import credits_pb2
from filmstudio.projects.v1 import script_pb2, storyboard_pb2

from services.ai_jobs import fitting, options, planning
from services.ai_jobs.drafts import StepDraft, shots_of
from services.ai_jobs.engines import Engines
from services.ai_jobs.production import production
from services.ai_jobs.specs import FilmSpec

PROJECT = UUID("0190b5a0-0000-7000-8000-000000000001")


def spec_of(
    plan: credits_pb2.Plan, script: script_pb2.Script, files: options.Files | None = None, **asked: Any
) -> FilmSpec:
    return options.settle(
        jobs_pb2.VideoOptions(**{"duration_s": 40, **asked}),
        project_id=PROJECT,
        script=script,
        plan=plan,
        engines=Engines.read(),
        files=files or options.Files(),
    )


def board_of(*scenes: list[tuple[str, ...]]) -> storyboard_pb2.Storyboard:
    """Scenes of shots of lines; a line "mara: words" is hers, any other the narrator's."""
    board = storyboard_pb2.Storyboard(language="en")
    mara = board.characters.add(id="c1", name="Mara")
    mara.voice.variant = 3
    for number, shots in enumerate(scenes, 1):
        scene = board.scenes.add(id=f"scene-{number}", number=number, heading=f"SCENE {number}")
        scene.setting.place = number
        for index, lines in enumerate(shots, 1):
            shot = scene.shots.add(id=f"shot-{number}-{index}", number=index, natural_ms=1000, prompt="a picture")
            for line in lines:
                speaker, _, words = line.rpartition(": ")
                shot.lines.add(text=words, character_id="c1" if speaker else "")
                if speaker and not shot.presences:
                    shot.presences.add(character_id="c1", speaking=True, position=0.5)
    return board


def spoken_of(board: storyboard_pb2.Storyboard) -> list[steps_pb2.SpeakLineResult]:
    """Every line lasts a second, with one word in its middle."""
    word = steps_pb2.SpokenWord(text="word", start_ms=400, end_ms=600)
    lines = sum(len(shot.lines) for _, shot in shots_of(board))
    return [steps_pb2.SpeakLineResult(duration_ms=1000, words=[word]) for _ in range(lines)]


def fit_of(spec: FilmSpec, board: storyboard_pb2.Storyboard) -> fitting.Fit:
    needs = planning.needs_of_shots(board, spoken_of(board))
    return fitting.fit(needs, fps=spec.fps, frames=spec.frames, title=spec.intro, end=spec.outro)


def plan_of(spec: FilmSpec, board: storyboard_pb2.Storyboard, title: str = "The Light") -> dict[str, StepDraft]:
    """The whole plan after the analysis, by name."""
    drafts = [
        *planning.speech(spec, board),
        *planning.frames(spec, board, title, cards=True),
        *production(spec, board, spoken_of(board), fit_of(spec, board), title),
    ]
    assert len({draft.name for draft in drafts}) == len(drafts)
    return {draft.name: draft for draft in drafts}
