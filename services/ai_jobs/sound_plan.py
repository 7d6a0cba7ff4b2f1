"""The sound: music by scene, ambience and effects by deed, all mixed with the voices. Pure."""

from __future__ import annotations

from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2

from services.ai_jobs.drafts import DraftInput, StepDraft
from services.ai_jobs.specs import FilmSpec
from services.ai_jobs.timeline import Timeline, across


class SoundPlan:
    """Composes and mixes what is heard. `music`: the step that composes; None where there is none to compose."""

    def __init__(self, spec: FilmSpec, timeline: Timeline) -> None:
        self._spec, self._timeline = spec, timeline
        self.music = self._music()

    @property
    def anything(self) -> bool:
        """Whether the film is to be heard at all."""
        spec = self._spec
        musical = spec.music_volume > 0 and (self.music is not None or spec.music_asset is not None)
        return bool(self._timeline.lines) or musical

    def _music(self) -> StepDraft | None:
        spec = self._spec
        if spec.music_mood == "none" or spec.music_asset is not None:
            return None
        cues = [
            pb.MusicCue(
                start_ms=begin,
                duration_ms=end - begin,
                mood=scene.mood,
                character_ids=_busiest(scene),
                setting=scene.setting,
            )
            for scene, begin, end in self._timeline.scene_stretches()
        ]
        mood = "" if spec.music_mood == "auto" else spec.music_mood
        params = pb.ComposeMusicParams(duration_ms=spec.duration_ms, cues=cues, mood=mood, raga=spec.music_raga)
        return StepDraft("music", "compose_music", pb.StepParams(compose_music=params))

    def mix(self) -> StepDraft:
        """All of it as one track."""
        spec, music = self._spec, self.music
        params = pb.MixAudioParams(
            duration_ms=spec.duration_ms,
            lines=[line.timed for line in self._timeline.lines],
            tempo=self._timeline.tempo,
            music_volume=spec.music_volume,
            ambience=[
                pb.AmbienceCue(start_ms=begin, duration_ms=end - begin, setting=scene.setting, mood=scene.mood)
                for scene, begin, end in self._timeline.scene_stretches()
            ],
            sounds=self._sounds(),
            seed=spec.seed,
        )
        by_line = [segment.scene for segment in self._timeline.segments for _ in segment.lines]
        for line, scene in zip(params.lines, by_line, strict=True):
            if scene is not None and line.character_id:
                line.setting.CopyFrom(scene.setting)
        needs = [line.lips.replace("lips/", "speak/") for line in self._timeline.lines]
        inputs = [DraftInput(f"line-{index:04d}", name, "speech") for index, name in enumerate(needs)]
        if music is not None:
            needs.append(music.name)
            inputs.append(DraftInput("music", music.name, "music"))
        elif spec.music_asset is not None:
            inputs.append(DraftInput("music", file=spec.music_asset))
        return StepDraft("mix", "mix_audio", pb.StepParams(mix_audio=params), tuple(needs), tuple(inputs))

    def _sounds(self) -> list[pb.SoundCue]:
        cues = []
        for segment in self._timeline.segments:
            if segment.shot is None or segment.scene is None:
                continue
            # a deed is heard where it is done
            doers = [act.character_id for act in segment.shot.acts]
            pan = next((pan for who, pan in across(segment.shot).items() if who in doers), 0.0)
            for sound in segment.shot.sounds:
                start = self._timeline.ms(segment.start_frame) + round(sound.start * self._timeline.ms(segment.frames))
                cues.append(
                    pb.SoundCue(
                        name=sound.name,
                        start_ms=start,
                        duration_ms=sound.duration_ms,
                        pan=pan,
                        setting=segment.scene.setting,
                    )
                )
        return cues


def _busiest(scene: storyboard_pb2.Scene) -> list[str]:
    """Who speaks in the scene, most first; who is merely seen after them."""
    spoken: dict[str, int] = {}
    for shot in scene.shots:
        for presence in shot.presences:
            spoken.setdefault(presence.character_id, 0)
        for line in shot.lines:
            if line.character_id:
                spoken[line.character_id] = spoken.get(line.character_id, 0) + line.estimated_ms
    return sorted(spoken, key=lambda name: (-spoken[name], name))[:2]
