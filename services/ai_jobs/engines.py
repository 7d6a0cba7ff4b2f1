"""Which engine serves which step kind, and its limits: read from deploy/engines.yaml, checked whole at start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.kit.settings import SettingsError

DEFAULT_FILE = Path(__file__).resolve().parent.parent.parent / "deploy" / "engines.yaml"


@dataclass(frozen=True)
class EngineChoice:
    """The engine of one step kind. `engine` is "name@version"."""

    kind: str
    engine: str
    # "cpu" or "gpu"
    lane: str
    time_limit_s: int
    idle_limit_s: int
    # the primary languages it serves; none: every language
    languages: Sequence[str] = ()

    def serves(self, language: str) -> bool:
        """Whether it serves this BCP 47 language."""
        return not self.languages or language.replace("_", "-").split("-")[0].lower() in self.languages


def kind_to_proto(kind: str) -> pb.StepKind.ValueType:
    """The enum value of a kind: STEP_KIND_DRAW_FRAME of draw_frame."""
    return pb.StepKind.Value(f"STEP_KIND_{kind.upper()}")


def lane_to_proto(lane: str) -> pb.Lane.ValueType:
    """The enum value of a lane: LANE_CPU of cpu."""
    return pb.Lane.Value(f"LANE_{lane.upper()}")


def lane_from_proto(lane: pb.Lane.ValueType) -> str:
    """LANE_CPU → "cpu"."""
    return pb.Lane.Name(lane).removeprefix("LANE_").lower()


class Engines:
    """The choices by step kind."""

    def __init__(self, choices: dict[str, EngineChoice]) -> None:
        self._choices = choices

    @classmethod
    def read(cls, path: Path = DEFAULT_FILE) -> Engines:
        """From the file; SettingsError names what is wrong in it."""
        try:
            listed = yaml.safe_load(path.read_text())
            choices = {kind: EngineChoice(kind=kind, **entry) for kind, entry in listed.items()}
            for kind, choice in choices.items():
                kind_to_proto(kind)
                lane_to_proto(choice.lane)
        except (OSError, TypeError, ValueError, AttributeError, yaml.YAMLError) as error:
            raise SettingsError(f"{path.name} can't be used: {error}") from None
        return cls(choices)

    def of(self, kind: str) -> EngineChoice:
        """The engine that serves the kind."""
        return self._choices[kind]

    def named(self, kind: str, name: str) -> EngineChoice | None:
        """The engine of that name, with its version or without, for the kind; None where there is none."""
        choice = self._choices.get(kind)
        return choice if choice is not None and name in (choice.engine, choice.engine.split("@")[0]) else None

    def names(self) -> dict[str, str]:
        """Kind → "name@version", as part of a film's specification."""
        return {kind: choice.engine for kind, choice in self._choices.items()}
