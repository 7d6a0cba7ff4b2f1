"""Mouths that follow a voice: closed for m, b and p, open with its loudness, never a frame behind."""

import json
from itertools import pairwise

import numpy as np
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft import mouths
from services.render_worker.craft.mouths import Key, MouthTrack, Viseme
from services.render_worker.craft.voices.lips import heard_phonemes, mouth_of, offset_ms
from services.render_worker.craft.voices.phonemes import shapes_of
from services.render_worker.engines.base import StepFailed, Work
from services.render_worker.engines.lips import Lips

_FRAME_MS = 1000 / 24
_TEXTS = {
    "en": "The lamp is burning again. Nobody has seen the keeper since the storm.",
    "hi": "वह नाव पर है। मुझे लगता है कि दीपक फिर से जल रहा है।",
    "fr": "La lampe brûle encore. Personne n'a vu le gardien depuis la tempête.",
    "ar": "مرحبا بالعالم، أين أنت؟ لم ير أحد الحارس منذ العاصفة.",
    "zh": "灯塔已经黑了十一年，没有人记得守塔的人。",
    "ta": "விளக்கு மீண்டும் எரிகிறது. யாரும் அவரைப் பார்க்கவில்லை.",
    "de": "Die Lampe brennt wieder. Niemand hat den Wärter seit dem Sturm gesehen.",
}


def _track(said) -> MouthTrack:
    return mouth_of(said.told, said.sound)


@pytest.mark.parametrize("language", _TEXTS)
@pytest.mark.parametrize("gender", [1, 2])
def test_mouth_and_voice_are_less_than_a_frame_apart(say, language: str, gender: int) -> None:
    said = say(_TEXTS[language], language, gender=gender)
    assert abs(offset_ms(_track(said), said.sound)) < _FRAME_MS


@pytest.mark.parametrize("late_ms", [-90, 70, 130])
def test_a_mouth_that_is_late_is_measured_as_late(say, late_ms: int) -> None:
    said = say(_TEXTS["en"])
    track = _track(said)
    moved = [Key(max(0, key.at_ms + late_ms), key.viseme, key.opening) for key in track.keys]
    late = MouthTrack(track.duration_ms + late_ms, (Key(0, Viseme.REST, 0.0), *moved), track.levels)
    assert offset_ms(late, said.sound) - offset_ms(track, said.sound) == pytest.approx(late_ms, abs=15)


def test_no_shape_but_a_closure_is_shorter_than_60_ms(say) -> None:
    for language, text in _TEXTS.items():
        keys = _track(say(text, language)).keys
        for key, after in pairwise(keys):
            least = 39 if key.viseme in (Viseme.CLOSED, Viseme.BITE) else 59
            assert after.at_ms - key.at_ms >= least, (language, key)


def test_speech_uses_nine_shapes_and_more(say) -> None:
    text = "The boy who loves fresh apples thinks very hard about moving to a warm blue sea, you know."
    assert len({key.viseme for key in _track(say(text)).keys}) >= 9


def test_lips_are_closed_when_m_b_and_p_begin(say) -> None:
    said = say("Mama bought a big apple pie.")
    track = _track(said)
    closures = [(start + 5) for name, start, end in said.told if name[:1] in "mbp" and end - start > 30]
    assert len(closures) >= 4
    assert all(track.at(moment).viseme == Viseme.CLOSED and track.at(moment).opening == 0.0 for moment in closures)


def test_lips_close_before_the_sound_of_the_closure() -> None:
    told = [("a", 0.0, 200.0), ("m", 200.0, 300.0), ("a", 300.0, 500.0)]
    track = mouth_of(told, 0.2 * np.sin(np.arange(24_000) / 30))
    closed = next(key for key in track.keys if key.viseme == Viseme.CLOSED)
    assert closed.at_ms == 160


def test_a_mouth_rests_in_a_pause_and_after_the_line(say) -> None:
    said = say("It was late… Nobody came.")
    start, end = next((start, end) for name, start, end in said.told if not name and end - start > 300)
    assert _track(said).at((start + end) / 2).viseme == Viseme.REST


def test_a_loud_vowel_opens_wider_than_a_quiet_one() -> None:
    time = np.arange(48_000) / 48_000
    sound = np.sin(2 * np.pi * 150 * time) * np.where(time < 0.5, 0.4, 0.05)
    track = mouth_of([("a", 0.0, 500.0), ("t", 500.0, 600.0), ("a", 600.0, 1000.0)], sound)
    assert track.at(250).opening > 1.5 * track.at(800).opening


def test_a_diphthong_goes_from_its_first_vowel_to_its_last() -> None:
    assert shapes_of("ˈaɪ") == (Viseme.OPEN, Viseme.NARROW)
    assert shapes_of("oʊ") == (Viseme.ROUND, Viseme.PUCKER)


def test_every_phoneme_of_every_language_offered_has_a_shape_of_its_own_letter(say) -> None:
    for language, text in _TEXTS.items():
        for name, _, _ in say(text, language).told:
            assert shapes_of(name), (language, name)
            assert (shapes_of(name) == (Viseme.REST,)) == (not name.strip("ˈˌ")), (language, name)


def test_without_phonemes_the_mouth_follows_the_sound(say) -> None:
    said = say(_TEXTS["en"])
    track = mouth_of(heard_phonemes(said.sound), said.sound)
    assert abs(offset_ms(track, said.sound)) < _FRAME_MS
    assert len({key.viseme for key in track.keys}) >= 4


def test_silence_is_a_mouth_at_rest() -> None:
    track = mouth_of(heard_phonemes(np.zeros(24_000)), np.zeros(24_000))
    assert [key.viseme for key in track.keys] == [Viseme.REST]
    assert offset_ms(track, np.zeros(24_000)) == 0.0
    assert offset_ms(track, np.zeros(0)) == 0.0


def test_the_engine_writes_a_track_as_long_as_the_line(say, tmp_path) -> None:
    said = say(_TEXTS["en"])
    params = pb.StepParams(sync_lips=pb.SyncLipsParams(language="en"))
    work = Work(params, {"speech": said.speech, "phonemes": said.phonemes}, tmp_path, 1, lambda share: None)
    done = Lips().run(work)
    track = mouths.load(done.outputs[0].path)
    assert done.outputs[0].name == "mouths"
    assert track.duration_ms == said.result.duration_ms
    assert done.result.sync_lips.keys == len(track.keys) > 20


@pytest.mark.parametrize("told", ["{", "[1]", '[{"phoneme": "a"}]', json.dumps({"a": 1})])
def test_phonemes_that_are_none_are_refused(say, tmp_path, told: str) -> None:
    path = tmp_path / "phonemes.json"
    path.write_text(told)
    work = Work(pb.StepParams(), {"speech": say("Hello.").speech, "phonemes": path}, tmp_path, 1, lambda share: None)
    with pytest.raises(StepFailed) as failure:
        Lips().run(work)
    assert failure.value.code == "INPUT_UNREADABLE"
