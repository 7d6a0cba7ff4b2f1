"""Spoken lines: the same every time, each word at its moment, at one loudness."""

import os
import signal
import time

import numpy as np
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as board

from services.render_worker.craft.sound.measure import spoken_loudness
from services.render_worker.craft.sound.pcm import read_sound
from services.render_worker.craft.voices.speech_words import spoken_words
from services.render_worker.craft.voices.voices import SUPPORTED_LANGUAGES, request_for
from services.render_worker.engines.base import StepFailed
from services.render_worker.engines.espeak import Espeak

_SENTENCE = 'In 1984, Dr. Mara\'s lighthouse — dark for 11 years — blinked… twice! "Hello," she said.'


def _params(text: str, language: str = "en", feeling: int = 0, **voice: object) -> pb.SpeakLineParams:
    return pb.SpeakLineParams(text=text, language=language, feeling=feeling, voice=board.Voice(**voice))


def test_the_same_line_gives_the_same_samples(espeak, make_work) -> None:
    first, second = (espeak.run(make_work(speak_line=_params(_SENTENCE))).outputs[0].path for _ in range(2))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", _SENTENCE),
        ("hi", "वह नाव पर है। कौन है वहाँ?"),
        ("ar", "مرحبا بالعالم، أين أنت؟"),
        ("zh", "灯塔已经黑了十一年，没有人记得。"),
    ],
)
def test_words_give_the_text_and_rise_within_the_line(espeak, make_work, language: str, text: str) -> None:
    result = espeak.run(make_work(speak_line=_params(text, language))).result.speak_line
    joined = ("" if language == "zh" else " ").join(word.text for word in result.words)
    assert joined == text
    assert all(word.start_ms < word.end_ms <= result.duration_ms for word in result.words)
    assert all(a.end_ms <= b.start_ms for a, b in zip(result.words, result.words[1:], strict=False))


def test_a_pause_ends_the_word_before_it(espeak, make_work) -> None:
    words = espeak.run(make_work(speak_line=_params("Wait. There it is."))).result.speak_line.words
    assert words[1].start_ms - words[0].end_ms > 100


def test_the_file_is_as_long_as_the_result_says_and_has_no_silent_ends(espeak, make_work) -> None:
    done = espeak.run(make_work(speak_line=_params("The lamp is burning again.")))
    samples = read_sound(done.outputs[0].path, channels=1)
    assert len(samples) == done.result.speak_line.duration_ms * 48
    loudest = float(np.abs(samples).max())
    assert float(np.abs(samples[: 48 * 60]).max()) > 0.02 * loudest
    assert float(np.abs(samples[-48 * 140 :]).max()) > 0.005 * loudest


@pytest.mark.parametrize("age", [board.AGE_GROUP_CHILD, board.AGE_GROUP_ADULT, board.AGE_GROUP_SENIOR])
@pytest.mark.parametrize("gender", [board.GENDER_FEMALE, board.GENDER_MALE])
def test_every_voice_speaks_at_the_same_loudness_without_clipping(espeak, make_work, age: int, gender: int) -> None:
    done = espeak.run(make_work(speak_line=_params("Nobody has seen the keeper since.", age=age, gender=gender)))
    samples = read_sound(done.outputs[0].path, channels=1)[:, 0]
    assert spoken_loudness(samples) == pytest.approx(-20.0, abs=0.5)
    assert float(np.abs(samples).max()) < 0.9


def test_two_variants_of_one_kind_sound_different(espeak, make_work) -> None:
    lines = [
        espeak.run(make_work(speak_line=_params("Good evening.", variant=variant))).outputs[0] for variant in (0, 1)
    ]
    assert lines[0].path.read_bytes() != lines[1].path.read_bytes()


def test_speed_shortens_the_line(espeak, make_work) -> None:
    slow, fast = (
        espeak.run(make_work(speak_line=_params(_SENTENCE, speed=speed))).result.speak_line.duration_ms
        for speed in (0.75, 1.5)
    )
    assert slow / fast == pytest.approx(2.0, rel=0.2)


def test_sadness_is_slower_than_fear(espeak, make_work) -> None:
    sad, afraid = (
        espeak.run(make_work(speak_line=_params(_SENTENCE, feeling=feeling))).result.speak_line.duration_ms
        for feeling in (board.FEELING_SAD, board.FEELING_AFRAID)
    )
    assert sad > 1.1 * afraid


@pytest.mark.parametrize("text", ["…", "", "—", "  "])
def test_a_text_without_sound_is_a_short_silence(espeak, make_work, text: str) -> None:
    done = espeak.run(make_work(speak_line=_params(text)))
    assert done.result.speak_line.duration_ms == 300
    assert not read_sound(done.outputs[0].path, channels=1).any()


def test_an_unknown_language_is_refused_with_the_known_ones(espeak, make_work) -> None:
    with pytest.raises(StepFailed) as failure:
        espeak.run(make_work(speak_line=_params("Hello", "tlh")))
    assert failure.value.code == "LANGUAGE_UNSUPPORTED"
    assert not failure.value.retryable
    assert "hi" in failure.value.message


def test_every_supported_language_and_accent_is_one_the_synthesiser_has(espeak, make_work) -> None:
    for language in SUPPORTED_LANGUAGES:
        espeak.run(make_work(speak_line=_params("1", language)))
    for accent in ("en-gb", "en-029", "en-gb-scotland", "en-in"):
        espeak.run(make_work(speak_line=_params("1", "en", accent=accent)))
    assert len(SUPPORTED_LANGUAGES) >= 25


def test_an_accent_of_another_language_is_ignored() -> None:
    voice = board.Voice(accent="en-gb")
    assert request_for("fr", voice, board.FEELING_NEUTRAL).language == "fr"


def test_a_synthesiser_that_died_is_started_again(make_work) -> None:
    engine = Espeak()
    first = engine.run(make_work(speak_line=_params("Hello.")))
    os.kill(engine._process.pid, signal.SIGKILL)
    engine._process.wait()
    second = engine.run(make_work(speak_line=_params("Hello.")))
    engine.close()
    assert first.outputs[0].path.read_bytes() == second.outputs[0].path.read_bytes()


def test_a_request_that_fails_leaves_the_synthesiser_able_to_speak(make_work) -> None:
    engine = Espeak()
    first = engine.run(make_work(speak_line=_params("Hello.")))
    with pytest.raises(StepFailed) as failure:
        engine._ask({"pieces": "none"})
    second = engine.run(make_work(speak_line=_params("Hello.")))
    engine.close()
    assert failure.value.code == "VOICE_FAILED"
    assert first.outputs[0].path.read_bytes() == second.outputs[0].path.read_bytes()


def test_a_synthesiser_that_is_closed_takes_its_folder_with_it(make_work, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    engine = Espeak()
    engine.run(make_work(speak_line=_params("Hello.")))
    assert any(tmp_path.iterdir())
    engine.close()
    assert not any(tmp_path.iterdir())


def test_words_without_an_event_share_the_time_until_the_next() -> None:
    loud = np.ones(100, np.float32)
    words = spoken_words("one two three four", [(0, 0.0), (14, 900.0)], loud, 10)
    assert [word.text for word in words] == ["one", "two", "three", "four"]
    assert words[1].start_ms == round(900 * 4 / 13)
    assert words[3].start_ms == 900


def test_the_same_line_sounds_the_same_whenever_the_synthesiser_was_started(make_work) -> None:
    spoken = set()
    for _ in range(2):
        engine, second = Espeak(), int(time.time())
        # left to itself it draws its noise from the second it was started in
        while int(time.time()) == second:
            pass
        work = make_work(speak_line=_params("The kettle knows when it rains.", age=3, gender=1, variant=0))
        spoken.add(engine.run(work).outputs[0].path.read_bytes())
        engine.close()
    assert len(spoken) == 1
