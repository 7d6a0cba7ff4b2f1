"""Composed music: by seed, by mood, to the sample."""

import numpy as np
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as board

from services.render_worker.craft.composition import compose
from services.render_worker.craft.measure import loudness
from services.render_worker.craft.moods import MOODS
from services.render_worker.craft.pcm import read_sound
from services.render_worker.craft.ragas import RAGAS, compose_raga
from services.render_worker.craft.score import Section
from services.render_worker.engines.base import StepFailed
from services.render_worker.engines.composer import Composer

_CUES = [
    pb.MusicCue(start_ms=0, duration_ms=6000, mood=board.MOOD_TENDER),
    pb.MusicCue(start_ms=6000, duration_ms=9000, mood=board.MOOD_TENSE),
]


def _params(duration_ms: int = 15_000, **rest: object) -> pb.ComposeMusicParams:
    return pb.ComposeMusicParams(duration_ms=duration_ms, cues=_CUES, **rest)


def test_the_same_seed_plays_the_same_samples_and_another_seed_others(make_work) -> None:
    composer = Composer()
    files = [
        composer.run(make_work(compose_music=_params(), seed=seed)).outputs[0].path.read_bytes() for seed in (5, 5, 6)
    ]
    assert files[0] == files[1]
    assert files[0] != files[2]


@pytest.mark.parametrize("duration_ms", [1000, 7301])
def test_music_lasts_exactly_as_long_and_ends_in_silence(make_work, duration_ms: int) -> None:
    samples = read_sound(Composer().run(make_work(compose_music=_params(duration_ms))).outputs[0].path, channels=2)
    assert samples.shape == (duration_ms * 48, 2)
    assert float(np.abs(samples[-24:]).max()) < 0.001
    assert float(np.abs(samples).max()) < 0.9


@pytest.mark.parametrize("mood", MOODS)
def test_every_mood_can_be_heard_throughout(make_work, mood: str) -> None:
    done = Composer().run(make_work(compose_music=_params(9000, mood=mood)))
    samples = read_sound(done.outputs[0].path, channels=2)
    assert loudness(samples) == pytest.approx(-20.0, abs=1.5)
    assert all(float(np.abs(part).max()) > 0.01 for part in np.array_split(samples, 9)[:-1])
    assert done.result.compose_music.tempo_bpm > 40


@pytest.mark.parametrize("raga", RAGAS)
def test_a_raga_uses_no_tone_outside_its_scale(raga: str) -> None:
    score = compose_raga(raga, 60.0, 9)
    melody = [note for note in score.notes if note.player in ("bansuri", "sitar")]
    final = max(melody, key=lambda note: note.start_s)
    allowed = {(final.pitch + step) % 12 for step in RAGAS[raga].scale}
    assert len(melody) > 10
    assert {note.pitch % 12 for note in melody} <= allowed


def test_a_new_scene_begins_with_a_bar_and_nothing_starts_after_the_end() -> None:
    score = compose([Section(0.0, 11.0, "calm"), Section(11.0, 13.0, "triumphant")], 3)
    assert any(11.0 <= note.start_s < 11.05 for note in score.notes)
    assert max(note.start_s for note in score.notes) < 24.0


def test_unknown_moods_and_ragas_are_refused(make_work) -> None:
    with pytest.raises(StepFailed, match="no raga 'polka'") as raga:
        Composer().run(make_work(compose_music=_params(raga="polka")))
    with pytest.raises(StepFailed, match="no mood 'blue'") as mood:
        Composer().run(make_work(compose_music=_params(mood="blue")))
    assert (raga.value.code, mood.value.code) == ("RAGA_UNKNOWN", "MOOD_UNKNOWN")
