"""English verbs and what is done with them, in every form a story tells it in."""

from __future__ import annotations

from collections.abc import Iterator

from filmstudio.projects.v1 import storyboard_pb2 as sb

# Verbs, irregular ones with their past forms: "run=ran". The first word of a phrase is inflected.
_VERBS: dict[sb.Deed.ValueType, str] = {
    sb.DEED_WALK: "walk stroll stride=strode wander march trudge amble pace hike tiptoe limp plod saunter shuffle approach come_nearer "
    "come_up_to come_near=came_near go_up_to=went_up_to roam",
    sb.DEED_RUN: "run=ran rush race sprint dash hurry hasten chase flee=fled gallop scurry dart scamper bolt_away trot pursue charge_at",
    sb.DEED_SIT: "sit=sat sit_down=sat_down perch squat settle_down sink_into=sank_into crouch",
    sb.DEED_STAND_UP: "stand_up=stood_up rise=rose get_up=got_up get_to_her_feet=got_to_her_feet get_to_his_feet=got_to_his_feet "
    "rise_to_her_feet=rose_to_her_feet rise_to_his_feet=rose_to_his_feet spring_up=sprang_up jump_up",
    sb.DEED_POINT: "point gesture",
    sb.DEED_WAVE: "wave beckon",
    sb.DEED_HUG: "hug embrace cuddle kiss take_him_in_her_arms=took_him_in_her_arms take_her_in_his_arms=took_her_in_his_arms caress",
    sb.DEED_FALL: "fall=fell stumble collapse trip tumble faint swoon slip",
    sb.DEED_LOOK: "look gaze stare watch peer glance glimpse observe examine see=saw=seen notice behold=beheld spy spot catch_sight_of=caught_sight_of "
    "admire search peep inspect",
    sb.DEED_OPEN: "open unlock unfold unwrap unbolt",
    sb.DEED_CARRY: "carry hold=held clutch bring=brought drag haul lug cradle wield bear=bore=borne",
    sb.DEED_LIGHT: "light=lit kindle ignite set_fire_to",
    sb.DEED_DANCE: "dance waltz twirl",
    sb.DEED_GIVE: "give=gave hand offer present deliver hand_over pass",
    sb.DEED_TAKE: "take=took grab pick_up seize snatch pluck fetch catch=caught gather receive steal=stole pick grasp accept collect",
    sb.DEED_READ: "read",
    sb.DEED_WRITE: "write=wrote scribble sign draw=drew paint sketch",
    sb.DEED_EAT: "eat=ate bite=bit chew devour munch gnaw nibble taste feed_on=fed_on gobble dine sup gorge",
    sb.DEED_DRINK: "drink=drank sip gulp lap",
    sb.DEED_SLEEP: "sleep=slept doze slumber nap snore lie_down=lay_down fall_asleep=fell_asleep",
    sb.DEED_CLIMB: "climb clamber scale ascend",
    sb.DEED_SWIM: "swim=swam dive=dove paddle wade row",
    sb.DEED_FLY: "fly=flew=flown soar hover flutter glide",
    sb.DEED_JUMP: "jump leap=leapt hop vault skip pounce spring=sprang bound",
    sb.DEED_THROW: "throw=threw toss hurl fling=flung cast=cast drop",
    sb.DEED_KNEEL: "kneel=knelt",
    sb.DEED_BOW: "bow curtsy curtsey",
    sb.DEED_NOD: "nod",
    sb.DEED_SHAKE_HEAD: "shake_her_head=shook_her_head shake_his_head=shook_his_head shake_their_heads=shook_their_heads shake_its_head=shook_its_head",
    sb.DEED_LAUGH: "laugh giggle chuckle grin",
    sb.DEED_CRY: "weep=wept sob wail burst_into_tears=burst_into_tears",
    sb.DEED_SING: "sing=sang=sung hum chant croon",
    sb.DEED_PLAY_MUSIC: "play_the play_a strum play_on",
    sb.DEED_WORK: "work dig=dug plough plow hammer sew=sewn knit sweep=swept scrub cook bake stir knead chop mend build=built weave=wove "
    "repair polish mop till harvest carve brush",
    sb.DEED_ENTER: "enter come_in=came_in go_in=went_in arrive step_in burst_in=burst_in walk_in come_into=came_into go_into=went_into step_into "
    "walk_into return",
    sb.DEED_LEAVE: "leave=left exit go_out=went_out depart go_away=went_away walk_out run_away=ran_away walk_away walk_off go_off=went_off "
    "go_home=went_home run_off=ran_off disappear exeunt set_out=set_out set_off=set_off fly_away=flew_away",
    sb.DEED_TURN: "turn_to turn_around turn_round turn_away turn_back turn",
    sb.DEED_FIGHT: "fight=fought strike=struck hit=hit punch duel wrestle attack stab push shove kick beat=beat slap",
}  # fmt: skip
_SAME_PAST = {"read", "hit", "beat", "cast", "set", "burst"}
_VOWELS = "aeiou"
_ENDINGS_WITH_ES = ("s", "x", "z", "ch", "sh", "o")
# Two syllables whose last isn't stressed: no double consonant.
_SINGLE = {"wander", "hover", "flutter", "clamber", "gather", "enter", "offer", "open", "deliver", "paper", "saunter", "murmur", "shudder",
           "slumber", "hammer", "harvest", "collect", "present", "exit", "limit", "gallop", "scamper", "glimmer", "behold", "hasten", "cower"}  # fmt: skip


def deeds() -> Iterator[tuple[str, sb.Deed.ValueType]]:
    """Every form, "_" joining phrases, and the deed."""
    for deed, verbs in _VERBS.items():
        for verb in verbs.split():
            for form in _forms(verb):
                yield form, deed


def bare() -> set[str]:
    """The verbs' plain forms, as after "they": told of one person they are no verbs."""
    lemmas = (verb.split("=") for verbs in _VERBS.values() for verb in verbs.split())
    # "read, hit, cast": their past is written alike.
    return {lemma.split("_")[0] for lemma, *past in lemmas if lemma not in past} - _SAME_PAST


def _forms(verb: str) -> list[str]:
    lemma, *past = verb.split("=")
    first, _, rest = lemma.partition("_")
    forms = [first, _third(first), _ing(first)]
    tail = f"_{rest}" if rest else ""
    return [form + tail for form in forms] + (past or [_past(first) + tail])


def _third(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(_ENDINGS_WITH_ES) else "s")


def _ing(verb: str) -> str:
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe")):
        return verb[:-1] + "ing"
    return _doubled(verb) + "ing"


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return verb[:-1] + "ied"
    return _doubled(verb) + "ed"


def _doubled(verb: str) -> str:
    short = (
        len(verb) > 2
        and verb not in _SINGLE
        and verb[-1] not in _VOWELS + "wxy"
        and verb[-2] in _VOWELS
        and verb[-3] not in _VOWELS
        and verb[-2:] not in ("er", "en")
    )
    return verb + verb[-1] if short else verb
