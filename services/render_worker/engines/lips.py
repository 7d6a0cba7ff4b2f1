"""sync_lips from a voice's own phonemes, or from its sound alone where it came without them."""

from __future__ import annotations

import json

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft import mouths
from services.render_worker.craft.sound.pcm import read_sound
from services.render_worker.craft.voices.lips import heard_phonemes, mouth_of
from services.render_worker.engines.base import Finished, Output, StepFailed, Work


class Lips:
    """The mouth of a spoken line, from the phonemes that espeak tells in IPA; without them, by what is heard."""

    name = "lips@1"
    kind = pb.STEP_KIND_SYNC_LIPS
    lane = pb.LANE_CPU

    def run(self, work: Work) -> Finished:
        """The output "mouths". StepFailed INPUT_UNREADABLE when the phonemes are no list of phonemes with their times."""
        sound = read_sound(work.input("speech"), channels=1)[:, 0]
        told = _phonemes(work) if "phonemes" in work.inputs else heard_phonemes(sound)
        track = mouth_of(told, sound)
        path = work.folder / "mouths.json"
        mouths.save(track, path)
        result = pb.StepResult(sync_lips=pb.SyncLipsResult(keys=len(track.keys)))
        return Finished(result, [Output("mouths", path, "application/json")])


def _phonemes(work: Work) -> list[tuple[str, float, float]]:
    try:
        told = json.loads(work.input("phonemes").read_text(encoding="utf-8"))
        return [(str(each["phoneme"]), float(each["start_ms"]), float(each["end_ms"])) for each in told]
    except (ValueError, KeyError, TypeError) as error:
        raise StepFailed(
            "INPUT_UNREADABLE", f"the phonemes are not a list of sounds with their times: {error!r}"
        ) from error
