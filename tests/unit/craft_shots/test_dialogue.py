"""How talk is staged: one side of the line, nearer when a face says more than the words, the listener seen in a long speech."""

from __future__ import annotations

from itertools import pairwise

import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing.framing import Shape
from tests.unit.craft_shots.support import LONG, MARA, PLAIN, TOM, happens, says, staged, tells, who

EXCHANGE = [
    says(("MARA", "TOM")[number % 2], f"{PLAIN} That is the {number}th time that I tell you.") for number in range(14)
]


def test_an_exchange_opens_with_both_in_the_picture() -> None:
    first = staged(says("MARA"), says("TOM"))[0]
    assert set(who(first)) == {MARA, TOM}
    assert [presence.speaking for presence in first.presences if presence.character_id == MARA] == [True]


def test_left_stays_left_in_every_shot_of_two() -> None:
    for shot in staged(*EXCHANGE):
        if len(shot.presences) == 2:
            places = {presence.character_id: presence.position for presence in shot.presences}
            assert places[MARA] < places[TOM]


def test_two_who_talk_alone_in_their_pictures_look_at_each_other() -> None:
    singles = [shot.presences[0] for shot in staged(*EXCHANGE) if len(shot.presences) == 1]
    assert {(each.character_id, each.position < 0.5) for each in singles} == {(MARA, True), (TOM, False)}
    assert all(each.looks_at == {MARA: TOM, TOM: MARA}[each.character_id] for each in singles)


def test_over_a_shoulder_the_listener_has_the_back_and_the_other_the_word() -> None:
    past = [shot for shot in staged(*EXCHANGE) if shot.size == sb.SHOT_SIZE_OVER_SHOULDER]
    assert past
    for shot in past:
        assert sorted((presence.back, presence.speaking) for presence in shot.presences) == [
            (False, True),
            (True, False),
        ]


def test_now_and_then_we_see_again_where_they_are() -> None:
    together = [len(shot.presences) == 2 for shot in staged(*EXCHANGE)]
    assert not any(not any(together[at : at + 7]) for at in range(len(together) - 7))


@pytest.mark.parametrize(
    "feeling", [sb.FEELING_ANGRY, sb.FEELING_AFRAID, sb.FEELING_SAD, sb.FEELING_TENDER, sb.FEELING_SURPRISED]
)
def test_a_face_that_says_more_than_the_words_is_seen_close(feeling: sb.Feeling.ValueType) -> None:
    last = staged(says("MARA"), says("TOM"), says("MARA", PLAIN, feeling))[-1]
    assert (last.size, who(last)) == (sb.SHOT_SIZE_CLOSE_UP, [MARA])


def test_a_whisper_brings_us_close() -> None:
    last = staged(says("MARA"), says("TOM"), says("MARA", delivery=sb.DELIVERY_WHISPERED))[-1]
    assert last.size == sb.SHOT_SIZE_CLOSE_UP


def test_in_a_long_speech_the_listener_is_seen_while_the_voice_goes_on() -> None:
    shots = staged(says("TOM"), says("MARA", LONG))
    speech = [shot for shot in shots if shot.lines[0].character_id == MARA]
    heard = [shot for shot in speech if who(shot) == [TOM]]
    assert heard
    assert all(shot.lines[0].off_screen and not shot.presences[0].speaking for shot in heard)
    assert MARA in who(speech[0])
    assert MARA in who(speech[-1])
    assert " ".join(line.text for shot in speech for line in shot.lines) == LONG


def test_who_speaks_to_nobody_has_no_listener_seen() -> None:
    assert all(who(shot) == [MARA] for shot in staged(says("MARA", LONG), names=["MARA"]))


def test_one_face_is_never_cut_to_at_the_same_size() -> None:
    shots = staged(says("MARA", LONG * 2), names=["MARA"])
    assert len(shots) > 3
    assert all(before.size != after.size for before, after in pairwise(shots))


def test_yes_and_no_stay_on_the_picture_of_both() -> None:
    shots = staged(says("MARA"), says("TOM", "No."))
    assert len(shots) == 1
    assert all(presence.speaking for presence in shots[0].presences)


def test_two_who_speak_at_once_are_seen_side_by_side() -> None:
    shots = staged(says("MARA"), says("TOM"), says("MARA"), says("TOM", dual=True))
    assert set(who(shots[-1])) == {MARA, TOM}
    assert all(presence.speaking for presence in shots[-1].presences)


def test_the_camera_holds_still_for_short_lines_and_leans_in_at_the_heart_of_the_scene() -> None:
    beats = [says("MARA"), says("TOM"), says("MARA"), says("TOM"), says("MARA", PLAIN, sb.FEELING_ANGRY), says("TOM")]
    shots = staged(*beats)
    pushed = [shot for shot in shots if shot.camera != sb.CAMERA_MOVE_STATIC]
    assert [(who(shot), shot.camera, shot.size) for shot in pushed] == [
        ([MARA], sb.CAMERA_MOVE_PUSH_IN, sb.SHOT_SIZE_CLOSE_UP)
    ]


def test_a_voice_from_elsewhere_lies_over_the_silent_picture_before_it() -> None:
    shots = staged(happens("Fog."), says("TOM", off_screen=True))
    assert len(shots) == 1
    assert shots[0].lines[0].off_screen
    assert not shots[0].presences


def test_what_is_heard_from_elsewhere_is_seen_on_those_who_hear_it() -> None:
    shots = staged(says("MARA"), says("TOM", PLAIN, sb.FEELING_ANGRY, off_screen=True))
    assert who(shots[-1]) == [MARA]
    assert not shots[-1].presences[0].speaking


def test_in_a_tall_picture_talk_is_one_face_a_frame_or_stacked_in_depth() -> None:
    for shot in staged(*EXCHANGE, shape=Shape.TALL):
        assert len(shot.presences) == 1 or shot.size == sb.SHOT_SIZE_OVER_SHOULDER


def test_a_square_picture_opens_tighter_than_a_wide_one() -> None:
    assert staged(*EXCHANGE)[0].size == sb.SHOT_SIZE_FULL
    assert staged(*EXCHANGE, shape=Shape.SQUARE)[0].size == sb.SHOT_SIZE_MEDIUM


def test_an_edited_line_changes_only_the_shots_about_it() -> None:
    edited = [*EXCHANGE[:6], says("MARA", "Nothing of the kind was ever said to me by anybody."), *EXCHANGE[7:]]
    before, after = staged(*EXCHANGE), staged(*edited)
    changed = [number for number, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    assert 1 <= len(changed) <= 3


def test_every_shot_says_why_it_is_as_it_is() -> None:
    assert all(shot.reason for shot in staged(happens("Fog."), *EXCHANGE, says("MARA", LONG)))


def test_whom_a_narrator_tells_of_is_seen_each_time_in_another_way_by_a_camera_that_moves() -> None:
    told = [tells(f"{words} {PLAIN}") for words in ("Long ago.", "By night.", "At sea.", "In spring.", "At home.")]
    shots = [shot for shot in staged(happens("Mara waits."), *told) if shot.lines]
    of_her = [shot for shot in shots if who(shot) == [MARA]]
    assert len(of_her) > 1
    assert len({shot.size for shot in of_her}) > 1
    assert all(shot.camera != sb.CAMERA_MOVE_STATIC for shot in of_her)


def test_a_first_paragraph_of_one_brief_sentence_begins_the_next() -> None:
    first = staged(happens("Birds sing."), happens("Mara waits by the door."), new=True)[0]
    assert who(first) == [MARA]
