"""Lengths: they add up exactly, speech always fits, and a changed line leaves the other shots as they were."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.ai_jobs.fitting import (
    GAP_MS,
    LEAD_MS,
    SILENT_MS,
    TAIL_MS,
    TEMPOS,
    DoesNotFit,
    Fit,
    Previous,
    ShotNeed,
    card_frames,
    fit,
    with_cards,
)

LINE_MS = st.integers(200, 6000)
WISHES = st.integers(0, 6000)
FPS = st.sampled_from([24, 25, 30])


@st.composite
def films(draw: st.DrawFn) -> list[ShotNeed]:
    """One to twelve shots of no to three lines."""
    needs = draw(st.lists(st.tuples(WISHES, st.lists(LINE_MS, max_size=3)), min_size=1, max_size=12))
    return [ShotNeed(f"shot-{index}", wish, tuple(lines)) for index, (wish, lines) in enumerate(needs)]


def whole(film: Fit) -> int:
    return film.title_frames + sum(film.shot_frames.values()) + film.end_frames


@given(shots=films(), fps=FPS, seconds=st.floats(15, 120), title=st.booleans(), end=st.booleans())
def test_the_lengths_add_up_exactly_and_all_speech_fits(
    shots: list[ShotNeed], fps: int, seconds: float, title: bool, end: bool
) -> None:
    frames = round(seconds * fps)
    try:
        film = fit(shots, fps=fps, frames=frames, title=title, end=end)
    except DoesNotFit:
        assume(False)
    assert whole(film) == frames
    assert film.tempo in TEMPOS
    assert (film.title_frames > 0, film.end_frames > 0) == (title, end)
    for shot in shots:
        length_ms = film.shot_frames[shot.id] * 1000 / fps
        assert length_ms >= shot.minimum_ms(film.tempo) - 1e-6
        lines = film.lines[shot.id]
        assert [line.duration_ms for line in lines] == [math.ceil(ms / film.tempo) for ms in shot.lines_ms]
        for earlier, later in pairwise(lines):
            assert later.start_ms - earlier.start_ms - earlier.duration_ms in (GAP_MS - 1, GAP_MS, GAP_MS + 1)
        if lines:
            assert lines[0].start_ms >= LEAD_MS
            assert lines[-1].start_ms + lines[-1].duration_ms <= length_ms - TAIL_MS + 1


@given(shots=films(), fps=FPS, seconds=st.integers(15, 40), title=st.booleans(), end=st.booleans())
def test_speech_is_sped_up_no_more_than_it_has_to_be(
    shots: list[ShotNeed], fps: int, seconds: int, title: bool, end: bool
) -> None:
    frames = seconds * fps
    room = frames - card_frames(frames, fps, wanted=title) - card_frames(frames, fps, wanted=end)
    least = [sum(math.ceil(shot.minimum_ms(tempo) * fps / 1000) for shot in shots) for tempo in TEMPOS]
    fitting_tempos = [tempo for tempo, length in zip(TEMPOS, least, strict=True) if length <= room]
    if fitting_tempos:
        assert fit(shots, fps=fps, frames=frames, title=title, end=end).tempo == fitting_tempos[0]
        return
    with pytest.raises(DoesNotFit) as refused:
        fit(shots, fps=fps, frames=frames, title=title, end=end)
    assert refused.value.needed_seconds > seconds


@given(shots=films(), fps=FPS, title=st.booleans(), end=st.booleans())
def test_a_film_of_the_length_that_was_said_to_be_needed_fits_and_a_second_less_does_not(
    shots: list[ShotNeed], fps: int, title: bool, end: bool
) -> None:
    with_speech = [*shots, ShotNeed("long", 0, (9000, 9000))]
    with pytest.raises(DoesNotFit) as refused:
        fit(with_speech, fps=fps, frames=15 * fps, title=title, end=end)
    needed = refused.value.needed_seconds
    assert whole(fit(with_speech, fps=fps, frames=needed * fps, title=title, end=end)) == needed * fps
    with pytest.raises(DoesNotFit):
        fit(with_speech, fps=fps, frames=(needed - 1) * fps, title=title, end=end)


@given(shots=films(), fps=FPS, seconds=st.integers(20, 90), end=st.booleans(), data=st.data())
def test_a_changed_line_that_fits_into_its_shots_pauses_changes_no_other_length(
    shots: list[ShotNeed], fps: int, seconds: int, end: bool, data: st.DataObject
) -> None:
    frames = seconds * fps
    speaking = [index for index, shot in enumerate(shots) if shot.lines_ms]
    assume(speaking)
    try:
        before = fit(shots, fps=fps, frames=frames, title=True, end=end)
    except DoesNotFit:
        assume(False)
    index = data.draw(st.sampled_from(speaking))
    old = shots[index]
    spare = before.shot_frames[old.id] * 1000 / fps - old.minimum_ms(before.tempo)
    longest = int(old.lines_ms[0] + spare * before.tempo) - 2
    changed = ShotNeed(old.id, old.natural_ms, (data.draw(st.integers(100, max(100, longest))), *old.lines_ms[1:]))
    assume(changed.minimum_ms(before.tempo) <= before.shot_frames[old.id] * 1000 / fps)
    again = [*shots[:index], changed, *shots[index + 1 :]]
    after = fit(again, fps=fps, frames=frames, title=True, end=end, previous=Previous(before.shot_frames, before.tempo))
    assert after.tempo == before.tempo
    assert (after.shot_frames, after.end_frames) == (before.shot_frames, before.end_frames)
    others = {shot.id for shot in shots} - {old.id}
    assert {name: after.lines[name] for name in others} == {name: before.lines[name] for name in others}


def test_a_line_that_outgrows_its_shot_takes_from_the_end_card_alone() -> None:
    shots = [ShotNeed("a", 500, (2000,)), ShotNeed("b", 500, (2000,)), ShotNeed("c", 1000, ())]
    before = fit(shots, fps=24, frames=20 * 24, title=True, end=True)
    shots[1] = ShotNeed("b", 500, (7000,))
    # the end card has no more than its least where the shots took all there was
    roomy = {name: frames - 24 for name, frames in before.shot_frames.items()}
    after = fit(shots, fps=24, frames=20 * 24, title=True, end=True, previous=Previous(roomy))
    assert (after.shot_frames["a"], after.shot_frames["c"]) == (roomy["a"], roomy["c"])
    assert after.shot_frames["b"] == max(roomy["b"], math.ceil((LEAD_MS + 7000 + TAIL_MS) * 24 / 1000))
    assert whole(after) == 20 * 24


@given(shots=films(), fps=FPS, seconds=st.integers(20, 90))
def test_lengths_of_other_shots_than_these_are_not_kept(shots: list[ShotNeed], fps: int, seconds: int) -> None:
    try:
        fresh = fit(shots, fps=fps, frames=seconds * fps, title=True, end=True)
    except DoesNotFit:
        assume(False)
    previous = {**fresh.shot_frames, "another": 24}
    assert fit(shots, fps=fps, frames=seconds * fps, title=True, end=True, previous=Previous(previous)) == fresh


def test_a_film_with_room_to_spare_grows_its_end_card_before_its_shots() -> None:
    film = fit([ShotNeed("a", 500, (1000,))], fps=24, frames=15 * 24, title=True, end=True)
    assert (film.title_frames, film.end_frames) == (48, 84)
    assert film.shot_frames["a"] == 15 * 24 - 48 - 84


def test_without_an_end_card_the_shots_take_what_is_left() -> None:
    film = fit([ShotNeed("a", 0, ()), ShotNeed("b", 0, ())], fps=25, frames=15 * 25, title=False, end=False)
    assert (film.title_frames, film.end_frames, sum(film.shot_frames.values())) == (0, 0, 375)


@pytest.mark.parametrize(
    ("frames", "wanted", "expected"), [(29 * 24, True, 48), (30 * 24, True, 72), (30 * 24, False, 0)]
)
def test_a_card_is_longer_in_a_longer_film(frames: int, wanted: bool, expected: int) -> None:
    assert card_frames(frames, 24, wanted=wanted) == expected


def test_a_silent_shot_is_never_too_short_to_be_read() -> None:
    shots = [ShotNeed(str(index), 0, ()) for index in range(6)]
    film = fit(shots, fps=24, frames=15 * 24, title=True, end=True)
    assert min(film.shot_frames.values()) >= SILENT_MS * 24 / 1000


def test_a_word_has_a_picture_long_enough_to_be_seen_where_there_is_room() -> None:
    shots = [ShotNeed("word", 0, (400,)), ShotNeed("speech", 4000, (5000,)), ShotNeed("look", 3000, ())]
    film = fit(shots, fps=24, frames=15 * 24, title=True, end=True)
    assert all(frames * 1000 / 24 >= SILENT_MS for frames in film.shot_frames.values())


def test_a_length_that_was_asked_for_is_kept_exactly() -> None:
    shots = [ShotNeed("a", 700, (1500,)), ShotNeed("b", 3000, (), 6500), ShotNeed("c", 700, (2000,))]
    fitted = fit(shots, fps=24, frames=40 * 24, title=True, end=False)
    assert fitted.shot_frames["b"] == 156
    assert sum(fitted.shot_frames.values()) + fitted.title_frames == 960


def test_speech_that_needs_more_than_was_asked_gets_it() -> None:
    fitted = fit([ShotNeed("a", 700, (5000,), 1000)], fps=24, frames=20 * 24, title=True, end=True)
    assert fitted.shot_frames["a"] >= 24 * 5


def test_an_asked_length_changes_as_few_shots_as_can_be() -> None:
    shots = [ShotNeed(name, 3000, ()) for name in "abcdefgh"]
    before = fit(shots, fps=24, frames=40 * 24, title=True, end=True).shot_frames
    longer = [ShotNeed("a", 3000, (), 6000), *shots[1:]]
    after = fit(longer, fps=24, frames=40 * 24, title=True, end=True, previous=Previous(before)).shot_frames
    assert after["a"] == 144
    assert sum(after[name] != before[name] for name in "bcdefgh") <= 2


def test_a_film_of_half_a_minute_that_is_too_short_is_never_told_to_be_shorter() -> None:
    # 25 s between the cards: a film of 29 s has them, one of 30 s with its longer cards has not
    assert (with_cards(25), with_cards(25, at_least=30), with_cards(25, at_least=45.5)) == (29, 31, 45)


def test_a_film_keeps_its_tempo_when_a_shorter_line_would_allow_a_slower_one() -> None:
    shots = [ShotNeed("a", 0, (5500,)), ShotNeed("b", 0, (5500,))]
    before = fit(shots, fps=24, frames=15 * 24, title=True, end=True)
    shots[1] = ShotNeed("b", 0, (3000,))
    assert before.tempo > fit(shots, fps=24, frames=15 * 24, title=True, end=True).tempo == 1.0
    after = fit(
        shots, fps=24, frames=15 * 24, title=True, end=True, previous=Previous(before.shot_frames, before.tempo)
    )
    assert (after.tempo, after.shot_frames, after.lines["a"]) == (before.tempo, before.shot_frames, before.lines["a"])
