"""How voices sound: alike in loudness, unlike in everything else, without what a machine's voice has too much of."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from filmstudio.projects.v1 import storyboard_pb2 as board

from services.render_worker.craft.sound.measure import spoken_loudness
from services.render_worker.craft.voices.timbres import NARRATOR, timbre_of
from services.render_worker.craft.voices.time_stretch import stretched

_TEXT = "When the sunlight strikes raindrops in the air, they act as a prism and form a rainbow."
# The long-term average spectrum of speech in dB, by third of an octave (Byrne et al., 1994, table II, men and women).
_SPEECH_DB = {
    250: 60.3, 315: 59.0, 400: 62.1, 500: 62.1, 630: 60.5, 800: 56.8, 1000: 53.7, 1250: 53.0, 1600: 52.0, 2000: 48.7,
    2500: 48.1, 3150: 46.8, 4000: 45.6, 5000: 44.5, 6300: 44.3, 8000: 43.7,
}  # fmt: skip


def _spectrum_db(sound: np.ndarray) -> dict[int, float]:
    """The sound's level by third of an octave, as far above that of speech as it is over all of them."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, 4096)[::1024] * np.hanning(4096)
    power = np.square(np.abs(np.fft.rfft(frames, axis=1))).mean(axis=0)
    hertz = np.fft.rfftfreq(4096, 1 / 48_000)
    own = {
        centre: 10 * np.log10(power[(hertz >= centre / 2 ** (1 / 6)) & (hertz < centre * 2 ** (1 / 6))].sum())
        for centre in _SPEECH_DB
    }
    both = [10 * np.log10(sum(10 ** (level / 10) for level in each.values())) for each in (own, _SPEECH_DB)]
    return {centre: own[centre] - both[0] - _SPEECH_DB[centre] + both[1] for centre in own}


@pytest.mark.parametrize("gender", [1, 2, 3])
@pytest.mark.parametrize("age", [1, 2, 3, 4])
def test_no_voice_is_harsh_between_3_and_5_khz(say, gender: int, age: int) -> None:
    spectrum = _spectrum_db(say(_TEXT, gender=gender, age=age).sound)
    assert np.mean([spectrum[centre] for centre in (3150, 4000, 5000)]) < 3.0


@pytest.mark.parametrize("gender", [1, 2])
def test_the_spectrum_is_that_of_speech(say, gender: int) -> None:
    spectrum = _spectrum_db(say(_TEXT, gender=gender).sound)
    assert np.sqrt(np.mean([spectrum[centre] ** 2 for centre in spectrum if centre >= 400])) < 4.0


@pytest.mark.parametrize(
    ("delivery", "feeling"), [*((each, 1) for each in (2, 3, 4, 5)), *((1, each) for each in range(9))]
)
def test_every_manner_and_feeling_is_clean_and_at_its_level_within_one_lu(say, delivery: int, feeling: int) -> None:
    sound = say("Nobody has seen the keeper since.", delivery=delivery, feeling=feeling).sound
    own = {board.DELIVERY_WHISPERED: -26.0, board.DELIVERY_SHOUTED: -16.5}.get(delivery, -20.0)
    assert spoken_loudness(sound) == pytest.approx(own, abs=1.0)
    assert np.abs(sound).max() < 0.9
    assert abs(sound.mean()) < 1e-4


@pytest.mark.parametrize("feeling", [1, 4, 7])
def test_lines_of_one_feeling_are_equally_loud(say, feeling: int) -> None:
    texts = ["No.", "Has anybody seen her?", "The lamp burned for eleven years, and then, one night, it did not."]
    levels = [spoken_loudness(say(text, feeling=feeling, gender=gender).sound) for text in texts for gender in (1, 2)]
    assert max(levels) - min(levels) < 0.5


def test_men_women_and_children_have_their_own_pitch(say) -> None:
    man, woman, child = (np.median(say(_TEXT, **voice).pitch()) for voice in ({"gender": 2}, {"gender": 1}, {"age": 1}))
    assert 80 < man < 145 < woman < 250 < child < 330


def test_the_old_speak_slower_than_the_young(say) -> None:
    old, young = (say(_TEXT, gender=2, age=age).result.duration_ms for age in (4, 2))
    assert old > 1.1 * young


@pytest.mark.parametrize(("gender", "age"), [(1, 3), (2, 3), (3, 3), (1, 1), (2, 1)])
def test_variants_of_one_kind_are_three_semitones_or_seven_percent_of_throat_apart(say, gender: int, age: int) -> None:
    count = 5 if age == 3 and gender < 3 else 3
    voices = [
        (
            np.median(say(_TEXT, gender=gender, age=age, variant=variant).pitch()),
            timbre_of(board.Voice(gender=gender, age=age, variant=variant)).tract,
        )
        for variant in range(count)
    ]
    for (pitch, throat), (other_pitch, other_throat) in combinations(voices, 2):
        semitones = 12 * np.log2(pitch / other_pitch)
        assert np.hypot(semitones / 3, np.log(throat / other_throat) / np.log(1.07)) > 0.95


def test_a_young_woman_is_not_the_woman_a_semitone_up(say) -> None:
    woman, young = (np.median(say(_TEXT, gender=1, age=age).pitch()) for age in (3, 2))
    assert 12 * np.log2(young / woman) > 2.5


def test_a_speaker_breathes_in_before_a_long_sentence_and_only_there(say) -> None:
    said = say("It was late. Nobody who had lived on the island for so long remembered such a storm. We left.")
    sound = said.sound
    pauses = [(round(start * 48), round(end * 48)) for name, start, end in said.told if not name and end - start > 300]
    long, short = (np.sqrt(np.mean(np.square(sound[first + 9600 : last - 2880]))) for first, last in pauses)
    voice = np.sqrt(np.mean(np.square(sound)))
    assert -42 < 20 * np.log10(long / voice) < -24
    assert 20 * np.log10(short / voice) < -60


def test_a_breath_is_no_word(say) -> None:
    words = say("It was late. Nobody who had lived on the island for so long remembered such a storm.").result.words
    assert words[3].start_ms - words[2].end_ms > 300


@pytest.mark.parametrize("gender", [1, 2])
def test_a_narrator_is_slower_and_lower_than_whoever_acts(say, gender: int) -> None:
    narrator, actor = (say(_TEXT, gender=gender, age=3, variant=variant) for variant in (NARRATOR, 0))
    assert narrator.result.duration_ms > 1.02 * actor.result.duration_ms
    assert np.median(narrator.pitch()) < 0.97 * np.median(actor.pitch())


def test_a_whisper_has_no_tone_and_keeps_its_words(say) -> None:
    whispered, spoken = (say(_TEXT, delivery=manner, gender=1) for manner in (board.DELIVERY_WHISPERED, 1))
    assert len(whispered.pitch()) < 0.1 * len(spoken.pitch())
    assert [word.text for word in whispered.result.words] == [word.text for word in spoken.result.words]


def test_a_shout_is_higher_and_brighter_than_speech(say) -> None:
    shouted, spoken = (say(_TEXT, delivery=manner, gender=2) for manner in (board.DELIVERY_SHOUTED, 1))
    assert np.median(shouted.pitch()) > 1.15 * np.median(spoken.pitch())
    assert _spectrum_db(shouted.sound)[2000] > _spectrum_db(spoken.sound)[2000] + 1.5


def test_surprise_is_livelier_than_sadness(say) -> None:
    surprised, sad = (np.log2(say(_TEXT, gender=1, feeling=feeling).pitch()) for feeling in (6, 3))
    assert np.median(surprised) > np.median(sad)
    assert surprised.std() > 1.3 * sad.std()


def test_mandarin_syllables_in_iong_are_spoken_and_not_spelled_in_english(say) -> None:
    assert not any("ʃ" in name or name == "w" for name, _, _ in say("兄弟", "zh").told)


def test_phonemes_follow_one_another_to_the_end_of_the_line(say) -> None:
    said = say("Wait. There it is — in the harbour, burning!")
    assert all(end > start for _, start, end in said.told)
    assert all(end == pytest.approx(start, abs=0.2) for (_, _, end), (_, start, _) in pairwise(said.told))
    assert said.told[-1][2] <= said.result.duration_ms


def test_a_stretched_tone_is_longer_at_the_same_pitch() -> None:
    time = np.arange(22_050) / 22_050
    tone = np.sin(2 * np.pi * 220 * time)
    long = stretched(tone, np.array([0.0, 22_050.0]), np.array([0.0, 38_000.0]), 22_050)
    spectrum = np.abs(np.fft.rfft(long * np.hanning(len(long))))
    assert len(long) == 38_000
    assert np.argmax(spectrum) * 22_050 / len(long) == pytest.approx(220, abs=2)
    assert np.abs(long[2000:-2000]).max() < 1.1
