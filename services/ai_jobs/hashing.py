"""Input hashes: what a step's output depends on and nothing else, so that equal hashes need one rendering."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

# kinds whose engine draws on the seed
SEEDED = frozenset({"write_script", "analyze_script", "draw_frame", "animate_shot", "compose_music", "wait"})


def input_hash(kind: str, engine: str, params: pb.StepParams, inputs: Iterable[tuple[str, str]], seed: int) -> str:
    """SHA-256 (hex) over kind, engine with version, parameters, inputs (name, SHA-256) and, where it is used, the seed."""
    counted = pb.StepParams()
    counted.CopyFrom(params)
    script = ""
    if counted.WhichOneof("kind") == "analyze_script":
        # by what it says, not by which version says it: a text that returns to an old one finds the old analysis
        script = counted.analyze_script.script.elements_sha256
        counted.analyze_script.ClearField("script")
    digest = hashlib.sha256(counted.SerializeToString(deterministic=True)).hexdigest()
    whole = [kind, engine, digest, script, sorted(inputs), seed if kind in SEEDED else 0]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()
