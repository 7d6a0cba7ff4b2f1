"""A render worker without pictures or sound: it claims, makes plausible results whose hashes follow their inputs, delivers."""

from __future__ import annotations

import hashlib
from typing import Any

from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import script_pb2, storyboard_pb2

from services.ai_jobs.deliveries import Deliveries
from services.ai_jobs.dispatch import Beat, Dispatch
from services.ai_jobs.engines import Engines
from services.kit.ids import parse_id
from services.kit.storage import StoredObject
from tests.integration.ai_jobs.fakes import FakeStorage

MS_PER_CHARACTER = 60
ENGINES = sorted(Engines.read().names().values())
ELEMENT = script_pb2.ScriptElement
OUTPUTS = {
    "analyze_script": {},
    "write_script": {},
    "draw_frame": {"frame": "image/png", "plate": "application/zip"},
    "animate_shot": {"segment": "video/mp4", "last": "image/png"},
    "speak_line": {"speech": "audio/wav", "phonemes": "application/json"},
    "sync_lips": {"mouths": "application/json"},
    "compose_music": {"music": "audio/wav"},
    "mix_audio": {"audio": "audio/mp4"},
    "write_subtitles": {"vtt": "text/vtt", "srt": "application/x-subrip", "ass": "text/x-ssa"},
    "assemble_film": {"film": "video/mp4"},
    "cut_scenes": {"scene-0001": "video/mp4"},
    "draw_storyboard": {"storyboard": "image/jpeg"},
    "make_thumbnail": {"thumbnail": "image/jpeg"},
    "check_quality": {},
    "wait": {},
}


def storyboard_of(script: script_pb2.Script) -> storyboard_pb2.Storyboard:
    """A scene a heading, a shot an action or speech."""
    board = storyboard_pb2.Storyboard(language=script.language, script_version=script.version)
    speaker = ""
    for element in script.elements:
        if element.kind == ELEMENT.KIND_HEADING or not board.scenes:
            board.scenes.add(number=len(board.scenes) + 1, heading=element.text)
        if element.kind == ELEMENT.KIND_CHARACTER:
            speaker = element.text.lower()
            if speaker not in [character.id for character in board.characters]:
                board.characters.add(id=speaker, name=element.text)
        if element.kind not in (ELEMENT.KIND_ACTION, ELEMENT.KIND_DIALOGUE, ELEMENT.KIND_NARRATION):
            continue
        shots = board.scenes[-1].shots
        said = element.kind != ELEMENT.KIND_ACTION
        prompt = f"{speaker} speaks" if said else element.text
        shot = shots.add(number=len(shots) + 1, prompt=prompt, natural_ms=2500)
        if said:
            shot.lines.add(text=element.text, estimated_ms=MS_PER_CHARACTER * len(element.text))
        if element.kind == ELEMENT.KIND_DIALOGUE:
            shot.lines[0].character_id = speaker
            shot.presences.add(character_id=speaker, speaking=True, position=0.5)
    return board


def result_of(params: pb.StepParams) -> pb.StepResult:
    """What the engine would say."""
    match params.WhichOneof("kind"):
        case "analyze_script":
            board = storyboard_of(params.analyze_script.script)
            return pb.StepResult(analyze_script=pb.AnalyzeScriptResult(storyboard=board))
        case "write_script":
            text = f"INT. ROOM - DAY\n\nMARA\n{params.write_script.idea}\n"
            return pb.StepResult(write_script=pb.WriteScriptResult(text=text))
        case "draw_frame":
            return pb.StepResult(draw_frame=pb.DrawFrameResult(focus_x=0.4, focus_y=0.3))
        case "speak_line":
            text = params.speak_line.text
            lasts = MS_PER_CHARACTER * len(text)
            words = [pb.SpokenWord(text=text, start_ms=0, end_ms=lasts)]
            return pb.StepResult(speak_line=pb.SpeakLineResult(duration_ms=lasts, words=words))
        case "animate_shot":
            return pb.StepResult(animate_shot=pb.AnimateShotResult(frames=params.animate_shot.frames))
        case "assemble_film":
            film = params.assemble_film
            return pb.StepResult(assemble_film=pb.AssembleFilmResult(duration_s=film.frames / film.profile.fps))
        case "check_quality":
            return pb.StepResult(check_quality=pb.CheckQualityResult(loudness_lufs=-14.0, passed=True))
        case kind:
            result = pb.StepResult()
            getattr(result, str(kind)).SetInParent()
            return result


def kind_of(order: pb.RenderStep) -> str:
    return str(order.params.WhichOneof("kind"))


class FakeWorker:
    """A worker of so many slots; `made` are the orders it has completed."""

    def __init__(
        self, dispatch: Dispatch, deliveries: Deliveries, storage: FakeStorage, user: str, name: str = "worker-1"
    ) -> None:
        self.dispatch = dispatch
        self.deliveries = deliveries
        self.storage = storage
        self.user = user
        self.name = name
        self.made: list[pb.RenderStep] = []

    async def claim(self, count: int = 16) -> list[pb.RenderStep]:
        return await self.dispatch.claim(self.name, ["cpu"], ENGINES, count)

    def outputs(self, order: pb.RenderStep, *, user: str = "") -> list[pb.StepOutput]:
        """The files, uploaded."""
        said = [order.params.SerializeToString(deterministic=True).hex()]
        said += [f"{item.name}={item.sha256}" for item in sorted(order.inputs, key=lambda item: item.name)]
        described = []
        for name, content_type in OUTPUTS[kind_of(order)].items():
            sha256 = hashlib.sha256("/".join([name, *said]).encode()).hexdigest()
            output = pb.StepOutput(name=name, content_type=content_type, size_bytes=1000, sha256=sha256)
            if kind_of(order) == "write_subtitles":
                output.language = order.params.write_subtitles.language
            if kind_of(order) == "assemble_film":
                output.duration_s = order.params.assemble_film.frames / order.params.assemble_film.profile.fps
            described.append(output)
            key = f"users/{user or self.user}/projects/{order.project_id or 'none'}/generated/{order.id}/{order.fence}/{name}"
            self.storage.objects[key] = StoredObject(1000, sha256, content_type)
        return described

    async def finish(self, order: pb.RenderStep) -> None:
        """Complete a claimed step."""
        await self.deliveries.complete(order.id, order.fence, self.outputs(order), result_of(order.params), 0.5)
        self.made.append(order)

    async def beat(self, *orders: pb.RenderStep, progress: float = 0.5) -> list[Any]:
        """The verdicts on these steps."""
        beats = [Beat(known, order.fence, progress) for order in orders if (known := parse_id(order.id))]
        return [verdict for _, verdict, _ in await self.dispatch.heartbeat(self.name, beats)]

    def kinds(self) -> list[str]:
        return [kind_of(order) for order in self.made]
