"""The mix: loud enough, never too loud, exactly as long as the film, speech in front."""

from pathlib import Path

import numpy as np
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.media import run_ffmpeg, source
from services.render_worker.craft.sound.ebur128 import file_loudness
from services.render_worker.craft.sound.limiter import Master
from services.render_worker.craft.sound.measure import decibels, loudness, true_peak
from services.render_worker.craft.sound.mix import PlacedLine, ducking_db, looped, spoken
from services.render_worker.craft.sound.pcm import RATE, read_sound
from services.render_worker.engines.base import StepFailed
from services.render_worker.engines.mixer import Mixer


def _params(lines: int = 2, duration_ms: int = 9000, **rest: object) -> pb.MixAudioParams:
    timed = [pb.TimedLine(text="…", start_ms=1000 + 3500 * number, duration_ms=2000) for number in range(lines)]
    return pb.MixAudioParams(duration_ms=duration_ms, lines=timed, **{"music_volume": 0.6, "tempo": 1.0, **rest})


def _inputs(sounds: Path, lines: int = 2, music: str = "music.wav") -> dict[str, Path]:
    inputs = {f"line-{number:04d}": sounds / "speech.wav" for number in range(lines)}
    return inputs | ({"music": sounds / music} if music else {})


def _decoded(path: Path) -> np.ndarray:
    sound = run_ffmpeg([*source(path, "mov"), "-f", "f32le", "-"]).stdout
    return np.frombuffer(sound, "<f4").reshape(-1, 2)


@pytest.mark.parametrize("music", ["music.wav", "music.mp3", ""])
def test_a_mix_has_its_loudness_its_peaks_and_its_exact_length(make_work, sounds, music: str) -> None:
    done = Mixer().run(make_work(mix_audio=_params(), inputs=_inputs(sounds, music=music)))
    path = done.outputs[0].path
    measured = file_loudness(path)
    assert measured.lufs == pytest.approx(-14.0, abs=0.5)
    assert measured.peak_dbtp <= -1.0
    assert len(_decoded(path)) == 9000 * 48
    assert done.result.mix_audio.speech_over_music_db >= 12.0


def test_the_same_inputs_give_the_same_bytes(make_work, sounds) -> None:
    files = [Mixer().run(make_work(mix_audio=_params(), inputs=_inputs(sounds))).outputs[0].path for _ in range(2)]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_music_comes_back_between_the_lines(make_work, sounds) -> None:
    samples = _decoded(Mixer().run(make_work(mix_audio=_params(1), inputs=_inputs(sounds, 1))).outputs[0].path)
    away = np.abs(samples[int(6.5 * RATE) : int(7.5 * RATE)]).mean()
    assert away > 0.02


def test_faster_speech_ends_earlier(make_work, sounds) -> None:
    ends = []
    for tempo in (1.0, 1.15):
        work = make_work(mix_audio=_params(1, tempo=tempo), inputs=_inputs(sounds, 1, music=""))
        heard = np.flatnonzero(np.abs(_decoded(Mixer().run(work).outputs[0].path)).max(axis=1) > 0.02)
        ends.append(heard[-1] / RATE - 1.0)
    assert ends[1] == pytest.approx(ends[0] / 1.15, abs=0.06)


def test_speech_over_the_end_is_cut_without_a_click(make_work, sounds) -> None:
    params = _params(1, duration_ms=2000)
    samples = _decoded(Mixer().run(make_work(mix_audio=params, inputs=_inputs(sounds, 1, music=""))).outputs[0].path)
    assert len(samples) == 2000 * 48
    assert float(np.abs(samples[-48:]).max()) < 0.02


_KITCHEN = sb.Setting(place=sb.PLACE_KITCHEN, interior=True)
_SHORE = sb.Setting(place=sb.PLACE_SEA)


def _around(setting: sb.Setting, duration_ms: int = 9000) -> list[pb.AmbienceCue]:
    return [pb.AmbienceCue(start_ms=0, duration_ms=duration_ms, setting=setting, mood=sb.MOOD_CALM)]


def test_speech_stands_over_music_places_and_effects_together(make_work, sounds) -> None:
    happening = [
        pb.SoundCue(name=name, start_ms=start, setting=_SHORE)
        for name, start in (("thunder", 1200), ("dog", 4700), ("footsteps", 5000))
    ]
    params = _params(ambience=_around(_SHORE), sounds=happening, music_volume=1.0)
    done = Mixer().run(make_work(mix_audio=params, inputs=_inputs(sounds)))
    assert 12.0 <= done.result.mix_audio.speech_over_music_db < 18.0
    assert done.result.mix_audio.loudness_lufs == pytest.approx(-14.0, abs=0.5)


def test_without_music_its_place_is_still_heard(make_work, sounds) -> None:
    params = _params(1, ambience=_around(_SHORE), music_volume=0.0)
    samples = _decoded(Mixer().run(make_work(mix_audio=params, inputs=_inputs(sounds, 1))).outputs[0].path)
    assert -36 < loudness(samples[5 * RATE : 8 * RATE]) < -24


def test_a_film_of_places_alone_is_quiet_but_not_silent(make_work) -> None:
    done = Mixer().run(make_work(mix_audio=_params(0, ambience=_around(_SHORE))))
    assert done.result.mix_audio.loudness_lufs == pytest.approx(-26.0, abs=1.0)
    assert done.result.mix_audio.speech_over_music_db == 0.0


def test_a_speaker_on_the_left_is_heard_a_little_more_there(make_work, sounds) -> None:
    params = _params(1)
    params.lines[0].pan = -0.3
    path = Mixer().run(make_work(mix_audio=params, inputs=_inputs(sounds, 1, music=""))).outputs[0].path
    left, right = np.sqrt(np.square(_decoded(path)).mean(axis=0))
    assert 1.2 < left / right < 2.5


def test_a_line_in_a_temple_rings_on_and_one_outside_does_not(make_work, sounds) -> None:
    after = {}
    for name, setting in (
        ("temple", sb.Setting(place=sb.PLACE_TEMPLE, interior=True)),
        ("field", sb.Setting(place=sb.PLACE_FIELD)),
    ):
        params = _params(1)
        params.lines[0].setting.CopyFrom(setting)
        path = Mixer().run(make_work(mix_audio=params, inputs=_inputs(sounds, 1, music=""))).outputs[0].path
        after[name] = np.abs(_decoded(path)[round(3.25 * RATE) : round(3.6 * RATE)]).mean()
    assert after["temple"] > 8 * after["field"]


def test_music_steps_back_before_speech_and_returns_without_pumping() -> None:
    gain = ducking_db([(4000, 7000), (12_000, 14_000)], [-14.0, -11.0], 2000, lift=True)
    assert gain[400:701] == pytest.approx(-14.0)
    assert gain[395] < -13.0
    # At most 1 dB in 10 ms going down, and half as fast coming back.
    assert np.diff(gain).min() > -0.8
    assert np.diff(gain).max() < 0.4
    # It falls and rises once for each stretch of speech, and is a little up where nobody speaks for long.
    assert int((np.diff(np.sign(np.diff(gain))[np.abs(np.diff(gain)) > 1e-9]) != 0).sum()) <= 7
    assert 0.5 < gain[1700:1900].max() <= 1.5


def test_short_pauses_keep_the_music_down(sounds) -> None:
    sound = read_sound(sounds / "speech.wav", channels=1)
    lines = [PlacedLine(start, sound) for start in (1000, 3900, 9000)]
    assert spoken(lines, 12 * RATE).spans == ((1000, 5900), (9000, 11_000))


def test_a_limited_voice_is_not_bent_by_its_own_waves() -> None:
    time = np.arange(2 * RATE) / RATE
    tone = (0.7 * np.sin(2 * np.pi * 110 * time)).astype(np.float32)[:, None]
    master = Master(tone)
    limited = master.at(master.lufs - 2.9, -6.0)[RATE // 2 : -RATE // 2, 0]
    spectrum = np.abs(np.fft.rfft(limited * np.hanning(len(limited))))
    frequencies = np.fft.rfftfreq(len(limited), 1 / RATE)
    harmonics = spectrum[(frequencies > 200) & (frequencies < 2000)].max()
    assert 20 * np.log10(harmonics / spectrum.max()) < -50


def test_a_film_with_neither_speech_nor_music_nor_a_place_is_silent(make_work) -> None:
    done = Mixer().run(make_work(mix_audio=_params(0)))
    assert file_loudness(done.outputs[0].path).silent
    assert len(_decoded(done.outputs[0].path)) == 9000 * 48


def test_music_that_is_none_is_refused_at_once(make_work, sounds, tmp_path) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes((sounds / "speech.wav").read_bytes())
    playlist = tmp_path / "music.mp3"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{secret}\n#EXT-X-ENDLIST\n")
    with pytest.raises(StepFailed) as failure:
        Mixer().run(make_work(mix_audio=_params(), inputs=_inputs(sounds) | {"music": playlist}))
    assert failure.value.code == "INPUT_UNREADABLE"
    assert not failure.value.retryable


def test_a_missing_line_is_refused(make_work, sounds) -> None:
    with pytest.raises(StepFailed) as failure:
        Mixer().run(make_work(mix_audio=_params(2), inputs=_inputs(sounds, 1)))
    assert failure.value.code == "INPUT_MISSING"


def test_our_meter_agrees_with_ffmpegs(tmp_path) -> None:
    noise = np.random.default_rng(2).standard_normal((6 * RATE, 2)).astype(np.float32)
    noise *= np.linspace(0.01, 0.2, len(noise), dtype=np.float32)[:, None]
    path = tmp_path / "noise.mp4"
    run_ffmpeg(
        ["-f", "f32le", "-ar", "48000", "-ac", "2", "-i", "pipe:0", "-c:a", "alac", "-f", "mp4", str(path)],
        data=noise.tobytes(),
    )
    measured = file_loudness(path)
    assert loudness(noise) == pytest.approx(measured.lufs, abs=0.15)
    assert decibels(float(true_peak(noise).max())) == pytest.approx(measured.peak_dbtp, abs=0.25)


def test_the_limiter_holds_every_true_peak_and_leaves_the_rest_alone() -> None:
    time = np.arange(RATE) / RATE
    tone = (0.3 * np.sin(2 * np.pi * 11_000 * time)).astype(np.float32)[:, None]
    tone[20_000:21_000] *= 3
    master = Master(tone)
    limited = master.at(master.lufs, -3.0)
    assert decibels(float(true_peak(limited).max())) <= -2.95
    loud = np.abs(tone[:19_000]) > 0.1
    gains = limited[:19_000][loud] / tone[:19_000][loud]
    assert gains.max() - gains.min() < 1e-3


def test_looped_music_is_exactly_as_long_and_fades_out() -> None:
    music = np.full((RATE, 2), 0.5, np.float32)
    long = looped(music, 5 * RATE + 7)
    assert len(long) == 5 * RATE + 7
    assert float(np.abs(long[-10:]).max()) < 0.01
    assert float(long[RATE : 3 * RATE].min()) > 0.45
