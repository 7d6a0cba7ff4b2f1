"""What every engine is: one step kind, done by files in and files out.

An engine knows nothing of Kafka, gRPC or S3. It is handed its parameters and local files, and answers with local files.
Adding one: a file here with a class that fits `Engine`, and one line in `engines/__init__.py` (and in deploy/engines.yaml,
if it is to be the default of its kind).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from filmstudio.ai_jobs.v1 import steps_pb2 as pb


class StepFailed(Exception):
    """The step can't be done. `retryable=False`: the input is at fault, another try would end the same."""

    def __init__(self, code: str, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = retryable


@dataclass(frozen=True)
class Output:
    """A file the engine wrote, with what is known of it (`duration_s` of film and sound, pixels of pictures)."""

    name: str
    path: Path
    content_type: str
    duration_s: float = 0.0
    width: int = 0
    height: int = 0
    language: str = ""


@dataclass(frozen=True)
class Finished:
    """What an engine answers: its files, and the result message of its kind."""

    result: pb.StepResult
    outputs: list[Output] = field(default_factory=list)


@dataclass(frozen=True)
class Work:
    """One step to be done. `inputs` are local copies by name (verified by their hash); `folder` is empty and the engine's own."""

    params: pb.StepParams
    inputs: dict[str, Path]
    folder: Path
    seed: int
    # Called with 0.0 to 1.0; a step that stays silent for its kind's idle limit is killed.
    progress: Callable[[float], None]

    def input(self, name: str) -> Path:
        """The input of that name; StepFailed INPUT_MISSING when the plan didn't give it."""
        if name not in self.inputs:
            raise StepFailed("INPUT_MISSING", f"the step was not given its input {name!r}")
        return self.inputs[name]

    def inputs_named(self, prefix: str) -> list[Path]:
        """The inputs whose names start with the prefix, in the order of their names."""
        return [self.inputs[name] for name in sorted(self.inputs) if name.startswith(prefix)]


class Engine(Protocol):
    """One step kind, done one way. Instances are made once a child process and reused."""

    # "illustrator@1": raise the number whenever the same input would give another output.
    name: str
    kind: pb.StepKind.ValueType
    lane: pb.Lane.ValueType

    def run(self, work: Work) -> Finished:
        """Do the step; StepFailed when it can't be done."""
        ...
