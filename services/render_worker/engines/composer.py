"""compose_music by rules: harmony by mood and motifs by character, or a raga, played on a soundfont and our own strings and
drums. The seed decides everything.
"""

from __future__ import annotations

import cv2
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as board

from services.render_worker.craft.music.composition import compose
from services.render_worker.craft.music.moods import MOODS
from services.render_worker.craft.music.orchestra import perform
from services.render_worker.craft.music.ragas import RAGAS, compose_raga
from services.render_worker.craft.music.score import Entry, Score, Section
from services.render_worker.craft.sound.pcm import samples_of_ms, write_wav
from services.render_worker.engines.base import Finished, Output, StepFailed, Work

_DEFAULT_MOOD = "calm"
# A scene shorter than this keeps the music of the one before: a mood needs a bar to be heard.
_SHORTEST_SECTION_S = 4.0


class Composer:
    """Writes music of exactly the film's length, with an ending."""

    name = "composer@3"
    kind = pb.STEP_KIND_COMPOSE_MUSIC
    lane = pb.LANE_CPU

    def run(self, work: Work) -> Finished:
        """The output "music". A mood or raga nobody knows: MOOD_UNKNOWN, RAGA_UNKNOWN."""
        # One core a step: the other belongs to another step.
        cv2.setNumThreads(1)
        params = work.params.compose_music
        length = samples_of_ms(params.duration_ms)
        if length <= 0:
            raise StepFailed("PARAMS_INVALID", "music needs a length")
        score = _score(params, work.seed)
        work.progress(0.1)
        samples = perform(score, length)
        path = work.folder / "music.wav"
        write_wav(path, samples)
        work.progress(1.0)
        result = pb.ComposeMusicResult(key=score.key, tempo_bpm=score.tempo_bpm)
        music = Output("music", path, "audio/wav", duration_s=params.duration_ms / 1000)
        return Finished(pb.StepResult(compose_music=result), [music])


def _score(params: pb.ComposeMusicParams, seed: int) -> Score:
    if params.raga:
        if params.raga not in RAGAS:
            raise StepFailed("RAGA_UNKNOWN", f"there is no raga {params.raga!r}; there are {', '.join(RAGAS)}")
        return compose_raga(params.raga, params.duration_ms / 1000, seed)
    if params.mood and params.mood not in MOODS:
        raise StepFailed("MOOD_UNKNOWN", f"there is no mood {params.mood!r}; there are {', '.join(MOODS)}")
    return compose(_sections(params), seed)


def _sections(params: pb.ComposeMusicParams) -> list[Section]:
    """The cues as sections without gaps from 0 to the end; neighbours of one mood, and short ones, are joined. Every scene's
    beginning stays known in its section.
    """
    end_s = params.duration_ms / 1000
    cues = sorted((cue for cue in params.cues if cue.start_ms < params.duration_ms), key=lambda cue: cue.start_ms)
    starts: list[tuple[float, str]] = []
    for cue in cues:
        mood = params.mood or _mood_name(cue.mood)
        start_s = cue.start_ms / 1000 if starts else 0.0
        long_enough = not starts or start_s - starts[-1][0] >= _SHORTEST_SECTION_S
        if long_enough and (not starts or starts[-1][1] != mood):
            starts.append((start_s, mood))
    if len(starts) > 1 and end_s - starts[-1][0] < 2 * _SHORTEST_SECTION_S:
        starts.pop()
    starts = starts or [(0.0, params.mood or _DEFAULT_MOOD)]
    ends = [start for start, _ in starts[1:]] + [end_s]
    entries = [Entry(cue.start_ms / 1000, tuple(cue.character_ids), cue.setting.place) for cue in cues]
    return [
        Section(start, end - start, mood, tuple(entry for entry in entries if start <= entry.at_s < end))
        for (start, mood), end in zip(starts, ends, strict=True)
    ]


def _mood_name(mood: board.Mood.ValueType) -> str:
    name = board.Mood.Name(mood).removeprefix("MOOD_").lower()
    return name if name in MOODS else _DEFAULT_MOOD
