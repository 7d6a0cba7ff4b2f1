"""How deeds and things are staged: places first, who walks is followed, what matters is seen alone, acts at their moment."""

from __future__ import annotations

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing.grammar import LONGEST_MS, SHORTEST_MS
from tests.unit.craft_shots.support import MARA, TOM, happens, says, staged, tells, thing, who


def test_a_new_place_is_shown_whole_before_anybody_speaks_in_it() -> None:
    first = staged(says("MARA"), says("TOM"), new=True)[0]
    assert (first.size, first.lines[:]) == (sb.SHOT_SIZE_WIDE, [])


def test_a_place_seen_before_needs_no_introduction() -> None:
    assert staged(says("MARA"), says("TOM"))[0].lines


def test_who_walks_alone_is_followed_all_through_the_shot() -> None:
    (shot,) = staged(happens("Mara walks.", ("Mara", sb.DEED_WALK, "")), interior=False)
    (act,) = shot.acts
    assert (shot.size, shot.camera) == (sb.SHOT_SIZE_FULL, sb.CAMERA_MOVE_FOLLOW)
    assert (act.start, act.end) == (0.0, 1.0)
    assert abs(act.to_position - shot.presences[0].position) > 0.5


def test_who_enters_comes_from_outside_the_picture_and_a_still_camera_waits() -> None:
    (shot,) = staged(happens("Tom enters.", ("Tom", sb.DEED_ENTER, "")))
    assert shot.camera == sb.CAMERA_MOVE_STATIC
    assert not 0 <= shot.presences[0].position <= 1
    assert 0 < shot.acts[0].to_position < 1


def test_who_leaves_is_not_there_afterwards() -> None:
    shots = staged(says("MARA"), says("TOM"), happens("Tom leaves.", ("Tom", sb.DEED_LEAVE, "")), says("MARA"))
    assert not 0 <= shots[-2].acts[0].to_position <= 1
    assert who(shots[-1]) == [MARA]


def test_who_runs_to_somebody_arrives_beside_them_on_their_own_side() -> None:
    (shot,) = staged(happens("Tom runs to Mara.", ("Tom", sb.DEED_RUN, "Mara")))
    places = {presence.character_id: presence.position for presence in shot.presences}
    assert places[TOM] > 1
    assert places[MARA] < shot.acts[0].to_position < places[MARA] + 0.3
    assert shot.acts[0].target == MARA


def test_who_has_sat_down_sits_until_they_stand_up() -> None:
    shots = staged(
        happens("Mara sits down.", ("Mara", sb.DEED_SIT, "")),
        says("MARA"),
        happens("Mara gets up.", ("Mara", sb.DEED_STAND_UP, "")),
        says("MARA", "And now the night is over."),
    )
    assert [shot.presences[0].pose for shot in shots] == [
        sb.POSE_STANDING, sb.POSE_SITTING, sb.POSE_SITTING, sb.POSE_STANDING
    ]  # fmt: skip


def test_who_sits_as_a_place_is_first_seen_has_sat_down_before() -> None:
    first = staged(happens("Mara sits alone.", ("Mara", sb.DEED_SIT, "")), says("MARA"), new=True)[0]
    assert first.size == sb.SHOT_SIZE_WIDE
    assert [presence.pose for presence in first.presences] == [sb.POSE_SITTING]
    assert not first.acts


def test_a_word_of_weather_is_seen_with_those_who_are_out_in_it() -> None:
    first = staged(happens("Rain. Thunder. Mara runs.", ("Mara", sb.DEED_RUN, "")), new=True, interior=False)[0]
    assert (first.size, who(first)) == (sb.SHOT_SIZE_WIDE, [MARA])
    assert [act.deed for act in first.acts] == [sb.DEED_RUN]


def test_a_place_that_is_told_of_at_length_is_seen_by_itself() -> None:
    told = "A white tower stands high over the cold grey sea on a rock. Mara waits."
    first = staged(happens(told), new=True, interior=False)[0]
    assert not first.presences


def test_who_runs_after_somebody_who_runs_crosses_the_picture_behind_them() -> None:
    shots = staged(
        happens("Mara runs down the road.", ("Mara", sb.DEED_RUN, "")),
        happens("Tom runs after Mara.", ("Tom", sb.DEED_RUN, "Mara")),
        interior=False,
    )
    alone, both = shots[0].acts[0], shots[-1].acts
    runs = {act.character_id: act for act in both}
    assert {act.deed for act in both} == {sb.DEED_RUN}
    assert (runs[MARA].start, runs[MARA].end) == (runs[TOM].start, runs[TOM].end)
    leftward = alone.to_position < 0.5
    ahead = runs[MARA].to_position < runs[TOM].to_position
    assert ahead == leftward


def test_a_sound_between_two_deeds_is_heard_over_what_is_seen() -> None:
    told = happens("Mara runs. Footsteps. Tom waits.", ("Mara", sb.DEED_RUN, ""), sounds=("footsteps",))
    assert not [shot for shot in staged(told, interior=False) if shot.prompt == "Footsteps."]


def test_what_would_lie_on_a_table_stands_on_the_ground_where_there_is_none() -> None:
    inside, outside = (
        staged(happens("Mara waits by a candle.", things=[thing("candle")]), interior=interior)[-1]
        for interior in (True, False)
    )
    assert [shot.things[0].spot for shot in (inside, outside)] == [sb.SPOT_TABLE, sb.SPOT_GROUND]


def test_what_is_heard_is_heard_by_those_who_are_there() -> None:
    last = staged(says("MARA"), says("TOM"), happens("Applause.", sounds=("crowd",)))[-1]
    assert who(last) == [MARA, TOM]
    assert [sound.name for sound in last.sounds] == ["crowd"]


def test_two_who_embrace_meet_by_a_step_and_hold_each_other_with_free_hands() -> None:
    key = thing("key", sb.SPOT_HAND, held_by="Tom")
    shots = staged(
        happens("Tom holds the key.", ("Tom", sb.DEED_CARRY, "key"), things=[key]),
        says("MARA"),
        happens("Mara hugs Tom.", ("Mara", sb.DEED_HUG, "Tom")),
    )
    step, *held = shots[-1].acts
    assert (step.character_id, step.deed, step.HasField("to_position")) == (MARA, sb.DEED_WALK, True)
    assert [(act.character_id, act.deed, act.target) for act in held] == [
        (MARA, sb.DEED_HUG, TOM), (TOM, sb.DEED_HUG, MARA)
    ]  # fmt: skip
    assert all(act.start == step.end for act in held)
    assert not [each for each in shots[-1].things if each.held_by]


def test_whoever_sits_and_holds_something_stays_seated() -> None:
    shots = staged(
        happens("Mara sits.", ("Mara", sb.DEED_SIT, "")),
        says("MARA"),
        happens("Mara holds the key.", ("Mara", sb.DEED_CARRY, "key"), things=[thing("key")]),
    )
    assert shots[-1].presences[0].pose == sb.POSE_SITTING
    assert not shots[-1].acts


def test_a_bicycle_stands_beside_whoever_has_come_with_it() -> None:
    bicycle = thing("bicycle", sb.SPOT_GROUND, moves=True)
    pushed, alone = (
        staged(happens(text, *doings, things=[bicycle]), interior=False)[-1]
        for text, doings in (
            ("Mara comes with a bicycle.", [("Mara", sb.DEED_WALK, "")]), ("A bicycle goes by.", [])
        )
    )  # fmt: skip
    assert [each.moves for shot in (pushed, alone) for each in shot.things] == [False, True]


def test_who_sits_rises_before_they_walk() -> None:
    shots = staged(
        happens("Mara sits down.", ("Mara", sb.DEED_SIT, "")), happens("Mara leaves.", ("Mara", sb.DEED_LEAVE, ""))
    )
    assert [act.deed for act in shots[-1].acts] == [sb.DEED_STAND_UP, sb.DEED_LEAVE]
    assert shots[-1].acts[0].end <= shots[-1].acts[1].start


def test_a_thing_named_alone_is_seen_alone() -> None:
    shots = staged(happens("Mara waits."), happens("A key lies on the table.", things=[thing("key")]))
    assert (shots[-1].size, who(shots[-1])) == (sb.SHOT_SIZE_INSERT, [])
    assert [each.noun for each in shots[-1].things] == ["key"]


def test_what_flies_by_is_seen_in_its_place_and_not_alone() -> None:
    gulls = thing("gulls", sb.SPOT_SKY, moves=True)
    shots = staged(happens("Mara waits."), happens("Gulls circle.", things=[gulls]), interior=False)
    assert shots[-1].size in (sb.SHOT_SIZE_WIDE, sb.SHOT_SIZE_FULL)


def test_a_thing_that_hands_are_on_twice_gets_a_picture_of_its_own_once() -> None:
    key = thing("key", sb.SPOT_HAND, held_by="Mara")
    shots = staged(
        happens("Mara takes the key.", ("Mara", sb.DEED_TAKE, "key"), things=[key]),
        happens("Mara gives Tom the key.", ("Mara", sb.DEED_GIVE, "Tom"), things=[key]),
    )
    assert [shot.size for shot in shots].count(sb.SHOT_SIZE_INSERT) == 1


def test_what_somebody_holds_they_hold_in_their_next_shots_until_they_give_it_away() -> None:
    key = thing("key", sb.SPOT_HAND, held_by="Mara")
    shots = staged(
        happens("Mara takes the key.", ("Mara", sb.DEED_TAKE, "key"), things=[key]),
        says("MARA"),
        happens("Mara gives it to Tom.", ("Mara", sb.DEED_GIVE, "Tom")),
        says("TOM", "I will keep it for you until you come home."),
    )
    holders = [[each.held_by for each in shot.things] for shot in shots]
    assert holders[1] == [MARA]
    assert holders[-1] == [TOM]


def test_who_looks_makes_us_see_what_they_see() -> None:
    moon = thing("moon", sb.SPOT_SKY)
    shots = staged(happens("Mara looks at the moon.", ("Mara", sb.DEED_LOOK, "moon"), things=[moon]), interior=False)
    assert [who(shot) for shot in shots] == [[MARA], []]
    assert shots[1].things[0].noun == "moon"
    assert shots[0].presences[0].looks_at == "moon"


def test_one_person_does_one_thing_after_another_and_has_time_for_each() -> None:
    (shot,) = staged(
        happens(
            "Mara enters, sits down and reads.",
            ("Mara", sb.DEED_ENTER, ""), ("Mara", sb.DEED_SIT, ""), ("Mara", sb.DEED_READ, ""),
        )
    )  # fmt: skip
    enter, sit, read = shot.acts
    assert 0 <= enter.start < enter.end <= sit.start < sit.end <= read.start < read.end <= 1
    assert (enter.end - enter.start) * shot.natural_ms > 1000


def test_footsteps_last_as_long_as_the_walk_and_a_door_opens_before_who_enters() -> None:
    (shot,) = staged(happens("Tom enters.", ("Tom", sb.DEED_ENTER, "")))
    sounds = {sound.name: sound for sound in shot.sounds}
    assert sounds["door"].start < shot.acts[0].start
    assert abs(sounds["footsteps"].duration_ms - (shot.acts[0].end - shot.acts[0].start) * shot.natural_ms) < 50


def test_what_the_text_says_is_heard_is_heard() -> None:
    (shot,) = staged(happens("Thunder. Far away a bell.", sounds=("thunder", "bell")), interior=False)
    assert [sound.name for sound in shot.sounds] == ["thunder", "bell"]


def test_a_narrator_s_picture_follows_the_sentence() -> None:
    boat = thing("boat", sb.SPOT_WATER)
    shots = staged(
        tells(
            "Mara lived alone above the water for many years. One morning a small boat came out of the mist. Tom ran down to the shore.",
            ("Tom", sb.DEED_RUN, ""), things=[boat],
        ),
        interior=False,
    )  # fmt: skip
    assert [who(shot) for shot in shots] == [[MARA], [], [TOM]]
    assert [len(shot.things) for shot in shots] == [0, 1, 0]
    assert shots[2].acts[0].deed == sb.DEED_RUN


def test_under_a_narrator_a_deed_begins_with_its_word() -> None:
    (shot,) = staged(
        tells("All through that long and quiet night Mara sat and waited, and then she took the letter.",
              ("Mara", sb.DEED_TAKE, "letter"), things=[thing("letter")])
    )  # fmt: skip
    assert 0.6 < shot.acts[0].start < 0.9


def test_silent_shots_last_two_to_seven_seconds_and_no_two_alike() -> None:
    shots = staged(*(happens(f"Mara waits for the {number}th hour of this night.") for number in range(12)))
    lengths = [shot.natural_ms for shot in shots]
    assert all(SHORTEST_MS <= length <= LONGEST_MS for length in lengths)
    assert len(set(lengths)) > 8


def test_a_tense_scene_is_cut_faster_than_a_calm_one() -> None:
    beat = happens(
        "Mara runs, jumps and falls.", *(("Mara", deed, "") for deed in (sb.DEED_RUN, sb.DEED_JUMP, sb.DEED_FALL))
    )
    (calm,), (tense,) = (staged(beat, mood=mood) for mood in (sb.MOOD_CALM, sb.MOOD_TENSE))
    assert tense.natural_ms < calm.natural_ms * 0.85


def test_a_thing_lies_on_the_table_until_it_is_taken() -> None:
    key = thing("key", sb.SPOT_HAND, held_by="Mara")
    beat = happens("A key lies there. Mara takes the key.", ("Mara", sb.DEED_TAKE, "key"), things=[key])
    before, after = staged(says("TOM"), beat)[1:3]
    assert [(each.spot, each.held_by) for each in before.things] == [(sb.SPOT_TABLE, "")]
    assert [each.held_by for each in after.things] == [MARA]


def test_what_a_thing_does_nobody_does() -> None:
    moon = thing("moon", sb.SPOT_SKY)
    shots = staged(says("MARA"), happens("The moon rises.", ("", sb.DEED_STAND_UP, ""), things=[moon]), interior=False)
    assert (who(shots[-1]), len(shots[-1].acts)) == ([], 0)


def test_a_stage_direction_without_a_name_is_for_who_has_just_spoken() -> None:
    shots = staged(says("MARA"), says("TOM"), happens("Sits down.", ("", sb.DEED_SIT, "")))
    assert [(act.character_id, act.deed) for act in shots[-1].acts] == [(TOM, sb.DEED_SIT)]


def test_thoughts_without_a_picture_are_seen_on_faces_and_places_in_turn() -> None:
    thoughts = ("Nothing was ever easy in those long years.", "Nothing was ever hard either, when all was said.",
                "It was what it was, and that was all of it.", "And so it went on and on, and then it was over.")  # fmt: skip
    shots = staged(says("MARA"), says("TOM"), *(tells(thought) for thought in thoughts), interior=False)
    assert [bool(who(shot)) for shot in shots[-4:]] in ([False, True, False, True], [True, False, True, False])
