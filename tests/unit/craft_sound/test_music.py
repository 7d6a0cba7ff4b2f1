"""Composed music: by seed, by mood, to the sample."""

from itertools import pairwise

import numpy as np
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as board

from services.render_worker.craft.music.accompaniment import bass, led, strokes
from services.render_worker.craft.music.composition import compose
from services.render_worker.craft.music.moods import MOODS, PALETTES
from services.render_worker.craft.music.motifs import motif_of
from services.render_worker.craft.music.orchestra import perform, sound_of
from services.render_worker.craft.music.places import colour_of
from services.render_worker.craft.music.ragas import RAGAS, compose_raga
from services.render_worker.craft.music.score import NOTE_NAMES, Entry, Note, Score, Section, Swell
from services.render_worker.craft.sound.measure import loudness, weighted_power
from services.render_worker.craft.sound.pcm import RATE, read_sound
from services.render_worker.engines.base import StepFailed
from services.render_worker.engines.composer import Composer
from tests.unit.craft_sound.heard import share_between

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


def _melody(score: Score, mood: str, from_s: float = 0.0) -> list[Note]:
    player = PALETTES[mood].melody
    return sorted(
        (note for note in score.notes if note.player == player and note.start_s >= from_s - 0.05),
        key=lambda note: note.start_s,
    )


def _rises(notes: list[Note]) -> list[int]:
    return [int(np.sign(after.pitch - before.pitch)) for before, after in pairwise(notes)]


@pytest.mark.parametrize("mood", [mood for mood in MOODS if PALETTES[mood].bass != PALETTES[mood].melody])
def test_a_character_has_one_contour_in_every_mood(mood: str) -> None:
    score = compose([Section(0.0, 30.0, mood, (Entry(0.0, ("chr_anna",)),))], 3)
    motif = motif_of("chr_anna")
    said = _melody(score, mood)[: len(motif.steps)]
    assert _rises(said) == [int(np.sign(after - before)) for before, after in pairwise(motif.steps)]


def test_characters_differ() -> None:
    assert len({motif_of(f"chr_{number}") for number in range(40)}) > 20


def test_a_motif_enters_when_the_characters_scene_begins() -> None:
    entries = (Entry(0.0, ("chr_anna",)), Entry(20.0, ("chr_bela",)))
    score = compose([Section(0.0, 40.0, "tender", entries)], 3)
    motif = motif_of("chr_bela")
    said = _melody(score, "tender", 18.0)
    begins = [
        note.start_s
        for number, note in enumerate(said)
        if _rises(said[number : number + len(motif.steps)])
        == [int(np.sign(after - before)) for before, after in pairwise(motif.steps)]
    ]
    assert begins
    assert begins[0] < 24.0


def test_a_change_of_scene_is_met_by_a_swell_and_a_change_of_mood_by_a_greater_one() -> None:
    sections = [
        Section(0.0, 20.0, "calm", (Entry(0.0), Entry(10.0))),
        Section(20.0, 20.0, "tense", (Entry(20.0),)),
    ]
    swells = compose(sections, 3).swells
    assert [swell.at_s for swell in swells] == [10.0, 20.0]
    assert swells[0].strength < swells[1].strength


def test_a_swell_opens_into_its_moment_and_is_no_bang() -> None:
    pad = Note("warm_pad", 0.0, 8.0, 60, 60)
    plain, hit = (perform(Score((pad,), "C", 60, swells), 8 * RATE) for swells in ((), (Swell(4.0, 1.0, 33),)))
    added = weighted_power(hit)
    assert added[38:40].mean() > added[30:32].mean()
    assert share_between(hit[round(3.6 * RATE) : 4 * RATE], 2500, 12_000) > 5 * share_between(
        plain[round(3.6 * RATE) : 4 * RATE], 2500, 12_000
    )
    assert 10 * np.log10(added[40:44].max() / added[10:30].mean()) < 14


def _likeness(score: Score, end_s: float, beat_s: float) -> list[float]:
    """For each four bars how much of them (player, half beat, key) was heard in those before that are most like them."""
    stretches = [
        {
            (note.player, round((note.start_s - begin) / beat_s * 2), note.pitch)
            for note in score.notes
            if begin - 0.03 <= note.start_s < begin + 16 * beat_s - 0.03
        }
        for begin in np.arange(0.0, end_s - 16 * beat_s, 16 * beat_s)
    ]
    return [
        max(len(own & other) / len(own | other) for other in stretches[:number])
        for number, own in enumerate(stretches)
        if number
    ]


@pytest.mark.parametrize("mood", MOODS)
def test_music_goes_on_instead_of_round_and_round(mood: str) -> None:
    for length_s, usual in ((60.0, 0.45), (300.0, 0.6)):
        score = compose([Section(0.0, length_s, mood, (Entry(0.0, ("a", "b")),))], 3)
        played_s = length_s - max(3.2, 120 / PALETTES[mood].tempo_bpm)
        alike = _likeness(score, played_s, played_s / round(played_s * PALETTES[mood].tempo_bpm / 60))
        assert np.mean(alike) < usual
        assert max(alike) < 0.95


@pytest.mark.parametrize("mood", [mood for mood in MOODS if PALETTES[mood].bass != PALETTES[mood].melody])
def test_every_scene_of_six_seconds_begins_with_a_bar_and_its_characters_motif(mood: str) -> None:
    entries = [Entry(at_s, (f"chr_{at_s}",)) for at_s in (0.0, 11.3, 19.8, 40.2)]
    palette = PALETTES[mood]
    for seed in range(3):
        score = compose([Section(0.0, 55.0, mood, tuple(entries))], seed)
        for entry in entries:
            begun = {note.player for note in score.notes if abs(note.start_s - entry.at_s) <= 0.04}
            assert {palette.pad, palette.melody, palette.bass} <= begun
            steps = motif_of(entry.character_ids[0]).opening().steps
            heard = _rises(_melody(score, mood, entry.at_s)[:3])
            assert heard == [int(np.sign(after - before)) for before, after in pairwise(steps)]


@pytest.mark.parametrize("mood", MOODS)
def test_a_held_tone_of_the_melody_hardly_ever_rubs_against_the_chord(mood: str) -> None:
    palette = PALETTES[mood]
    held = rubbing = 0
    for seed in range(6):
        notes = compose([Section(0.0, 60.0, mood, (Entry(0.0, ("a", "b")), Entry(25.0, ("b", "c"))))], seed).notes
        pads = [note for note in notes if note.player == palette.pad]
        for note in notes:
            if note.player not in (palette.melody, palette.answer) or note.length_s < 0.5 or note.start_s > 56:
                continue
            under = [
                pad
                for pad in pads
                if pad.start_s < note.start_s + 0.05 and pad.start_s + pad.length_s > note.start_s + 0.3
            ]
            held += 1
            rubbing += any(abs(note.pitch - pad.pitch) % 12 in (1, 11) for pad in under)
    assert held > 60
    assert rubbing / held < 0.14


@pytest.mark.parametrize("place", [place for place in board.Place.values() if colour_of(place).figure])
def test_a_place_brings_its_own_players_and_the_mood_keeps_its_first_ones(place: board.Place.ValueType) -> None:
    colour = colour_of(place)
    for mood in MOODS:
        palette = PALETTES[mood]
        notes = compose([Section(0.0, 60.0, mood, (Entry(0.0, ("a", "b"), place),))], 2).notes
        players = {note.player for note in notes}
        assert {palette.pad, palette.melody, palette.bass} <= players
        assert colour.figure in players
        assert colour.answer in players


def test_two_scenes_of_one_mood_in_two_places_are_not_played_by_the_same(make_work) -> None:
    entries = (Entry(0.0, ("a",), board.PLACE_VILLAGE), Entry(20.0, ("a",), board.PLACE_SPACE))
    notes = compose([Section(0.0, 40.0, "calm", entries)], 3).notes
    village, space = ({note.player for note in notes if begin <= note.start_s < begin + 15} for begin in (0, 20))
    assert "guitar" in village - space
    assert "celesta" in space - village
    setting = board.Setting(place=board.PLACE_PALACE)
    cues = [
        pb.MusicCue(start_ms=0, duration_ms=20_000, mood=board.MOOD_HAPPY, setting=place) for place in (None, setting)
    ]
    played = [
        Composer().run(make_work(compose_music=pb.ComposeMusicParams(duration_ms=20_000, cues=[cue]))).outputs[0].path
        for cue in cues
    ]
    assert played[0].read_bytes() != played[1].read_bytes()


_BEST = {
    "flute": (67, 93), "clarinet": (52, 88), "oboe": (58, 91), "horn": (50, 77), "cello": (36, 77), "vibraphone": (60, 89),
}  # fmt: skip


@pytest.mark.parametrize("mood", MOODS)
def test_who_sings_stays_where_the_instrument_does(mood: str) -> None:
    palette = PALETTES[mood]
    for seed in range(6):
        score = compose([Section(0.0, 90.0, mood, (Entry(0.0, ("a", "b")), Entry(40.0, ("c",))))], seed)
        for player in (palette.melody, palette.answer):
            keys = [note.pitch for note in score.notes if note.player == player]
            low, high = _BEST[player]
            assert np.mean([low <= key <= high for key in keys]) > 0.95, (player, min(keys), max(keys))
        assert all(33 <= note.pitch <= 60 for note in score.notes if note.player == "bass")


@pytest.mark.parametrize("mood", MOODS)
def test_the_melody_is_heard_and_is_not_alone(mood: str) -> None:
    palette = PALETTES[mood]
    score = compose([Section(0.0, 40.0, mood, (Entry(0.0, ("a", "b")),))], 2)
    sings = [note for note in score.notes if note.player in (palette.melody, palette.answer) and note.pitch > 53]
    rest = [note for note in score.notes if note not in sings]
    levels = []
    for part in (sings, rest):
        power = weighted_power(sound_of(part, 40 * RATE))
        levels.append(10 * np.log10(power[power > 0.03 * power.max()].mean()))
    assert -4 < levels[0] - levels[1] < 5


@pytest.mark.parametrize("mood", MOODS)
def test_the_film_ends_with_a_cadence_of_its_mode(mood: str) -> None:
    palette = PALETTES[mood]
    score = compose([Section(0.0, 60.0, mood)], 5)
    tonic = NOTE_NAMES.index(score.key.rsplit(" ", 1)[0])
    bars: dict[float, set[int]] = {}
    for note in score.notes:
        if note.player == palette.pad and note.start_s < 56.7:
            bars.setdefault(round(note.start_s, 1), set()).add((note.pitch - tonic) % 12)
    roots = [palette.scale[degree] for degree in palette.cadence]
    last = [classes for _, classes in sorted(bars.items())][-8:]
    assert any(roots[1] in classes for classes in last[-3:])
    assert any(roots[0] in classes for classes in last[-6:])


@pytest.mark.parametrize("turn", range(7))
@pytest.mark.parametrize("pattern", ["arpeggio", "broken", "pulse", "chords", "sparse"])
@pytest.mark.parametrize("beats", [1, 2, 3, 4, 5])
def test_a_bar_of_any_length_is_filled_and_not_left(pattern: str, beats: int, turn: int) -> None:
    assert all(0 <= stroke.beat < beats for stroke in strokes(pattern, turn, beats))
    played = bass(turn, beats, 40, 47, 41)
    assert played[0][0] == 0
    assert sum(length for _, length, _ in played) == beats


def test_voices_move_little_and_never_lose_the_root() -> None:
    voices = led([60, 64, 67], [5, 9, 0], 57, 74)
    assert 5 in {voice % 12 for voice in voices}
    assert sum(abs(after - before) for before, after in zip([60, 64, 67], voices, strict=True)) <= 3
    assert len(set(voices)) == 3


def test_a_mood_of_its_own_mode_leaves_its_scale_nowhere() -> None:
    for mood in MOODS:
        score = compose([Section(0.0, 60.0, mood)], 8)
        bass = [note.pitch for note in score.notes if note.player == "bass"] or [note.pitch for note in score.notes]
        scale = PALETTES[mood].scale
        classes = {note.pitch % 12 for note in score.notes}
        assert any(classes <= {(tonic + step) % 12 for step in scale} for tonic in {pitch % 12 for pitch in bass})


def test_music_ends_on_its_tonic_and_rings_to_the_last_frame(make_work) -> None:
    score = compose([Section(0.0, 25.0, "tender")], 3)
    last = [note for note in score.notes if note.start_s > 21.5 and note.start_s + note.length_s >= 24.9]
    assert len({note.pitch % 12 for note in last}) == 3
    samples = read_sound(
        Composer().run(make_work(compose_music=_params(25_000, mood="tender"))).outputs[0].path, channels=2
    )
    heard = weighted_power(samples)
    assert heard[225:235].mean() > 0.02 * heard[200:220].mean()
    assert heard[249] < heard[235]


@pytest.mark.parametrize("raga", RAGAS)
def test_a_raga_begins_without_a_beat_and_goes_on_with_the_tala(raga: str) -> None:
    score = compose_raga(raga, 60.0, 9)
    strokes = [note.start_s for note in score.notes if note.player.startswith("tabla")]
    assert 15.0 < min(strokes) < 30.0
    assert min(note.start_s for note in score.notes if note.player == "bansuri") < 5.0
    theme = sorted((note for note in score.notes if note.player == "sitar"), key=lambda note: note.start_s)
    rounds = {round(note.start_s, 2) for note in theme}
    first = min(strokes)
    assert any(abs(start - first) < 0.05 for start in rounds)


@pytest.mark.parametrize("raga", RAGAS)
def test_a_raga_dwells_on_its_vadi_and_samvadi(raga: str) -> None:
    score = compose_raga(raga, 120.0, 9)
    rules = RAGAS[raga]
    melody = sorted(
        (note for note in score.notes if note.player in ("bansuri", "sitar")), key=lambda note: note.start_s
    )
    sa = melody[-1].pitch
    sounding: dict[int, float] = {}
    for note in melody[:-2]:
        sounding[(note.pitch - sa) % 12] = sounding.get((note.pitch - sa) % 12, 0.0) + note.length_s
    strong = {rules.scale[degree % len(rules.scale)] for degree in (rules.vadi, rules.samvadi, 0)}
    assert sum(sounding.get(step, 0.0) for step in strong) / len(strong) > sum(
        time for step, time in sounding.items() if step not in strong
    ) / max(1, len(sounding) - len(strong))


def test_ragas_slide_and_darbari_swings() -> None:
    slides = [note for note in compose_raga("yaman", 90.0, 2).notes if note.bend]
    assert len(slides) >= 8
    assert all(note.bend[0][0] == 0.0 and note.bend[-1][1] == pytest.approx(0.0) for note in slides)
    assert any(len(note.bend) > 6 for note in compose_raga("darbari", 90.0, 2).notes)


def test_a_slide_is_heard_as_one() -> None:
    note = Note("bansuri", 0.0, 2.0, 72, 80, ((0.0, -2.0), (1.0, 0.0)))
    sound = perform(Score((note,), "C", 60), 3 * RATE)
    early, late = sound[round(0.1 * RATE) : round(0.25 * RATE)], sound[round(1.3 * RATE) : round(1.8 * RATE)]
    tone = 440 * 2 ** (3 / 12)
    assert share_between(late, tone * 0.97, tone * 1.03) > 3 * share_between(early, tone * 0.97, tone * 1.03)


def test_darbari_leaves_its_ga_by_way_of_ma() -> None:
    for seed in range(4):
        notes = compose_raga("darbari", 90.0, seed).notes
        melody = sorted((note for note in notes if note.player in ("bansuri", "sitar")), key=lambda note: note.start_s)
        sa = melody[-1].pitch
        for before, after in pairwise(melody):
            if before.player == after.player and after.start_s - before.start_s < before.length_s + 0.2:
                assert ((before.pitch - sa) % 12, after.pitch - before.pitch) != (3, -1)
