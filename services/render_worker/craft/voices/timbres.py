"""The throats that espeak-ng speaks with: for each age, gender and variant one of its own, as a variant file of its format.

Formants are set, not only pitch: a woman's lie about 15 % and a child's about 28 % above a man's (Peterson and Barney, 1952),
and that, more than pitch, is what an ear takes for size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from filmstudio.projects.v1 import storyboard_pb2 as board

# The `variant` that nobody in a cast has: whoever tells the story.
NARRATOR = 99
# The top of espeak-ng's scale of uneven pulses.
ROUGHEST: Final = 7


@dataclass(frozen=True)
class Timbre:
    """One voice. Frequencies in Hz; everything else against espeak-ng's own voice, a man's."""

    # The pitch of its lowest and highest tone in plain speech.
    low: float
    high: float
    # Formant frequencies times this: a smaller throat has higher ones. The first moves less than the others.
    tract: float
    # Bandwidths, in percent: wider sounds softer.
    width: int = 120
    # 0 to 100: how unsteady the pitch is.
    flutter: int = 4
    # 0 to 7: how uneven the pulses are.
    roughness: int = 1
    # Breath in the formants.
    breath: int = 3
    pace: float = 1.0
    range: float = 1.0
    # Added above 1.2 kHz, in dB.
    tilt_db: float = 0.0

    def variant(self) -> str:
        """Its variant file (espeak-ng's docs/voices.md)."""
        first = 1 + (self.tract - 1) * 0.75
        lines = [
            "language variant",
            "name filmstudio",
            f"pitch {self.low:.0f} {self.high:.0f}",
            f"flutter {self.flutter}",
            f"roughness {self.roughness}",
            f"breath 0 {self.breath} {self.breath} {self.breath} {self.breath} {self.breath} {self.breath}",
            f"formant 0 {100 * first:.0f} 100 {self.width}",
            f"formant 1 {100 * first:.0f} 100 {self.width}",
        ]
        lines += [f"formant {number} {100 * self.tract:.0f} 100 {self.width}" for number in range(2, 9)]
        return "\n".join(lines) + "\n"


# Any two of one table are three semitones apart, or 7 % in their throats, or some of each: less than that an
# ear takes for the same person in another mood (throats: Smith and Patterson, 2005). The first three are the most unlike.
_FEMALE: Final = (
    Timbre(162, 226, 1.15, 130),
    Timbre(193, 271, 1.18, 140, breath=5, pace=1.02),
    Timbre(134, 186, 1.10, 125, roughness=2, pace=0.97),
    Timbre(180, 250, 1.08, 145, flutter=6, range=1.1),
    Timbre(146, 203, 1.24, 150, breath=6, pace=0.98, range=0.9),
)
_MALE: Final = (
    Timbre(88, 128, 1.0, 115),
    Timbre(74, 102, 0.94, 120, roughness=2, pace=0.97),
    Timbre(108, 158, 1.05, 120, flutter=6, range=1.1),
    Timbre(98, 142, 0.94, 110, roughness=2, pace=1.03),
    Timbre(80, 112, 1.06, 135, breath=5, pace=0.98, range=0.9),
)
_NEUTRAL: Final = (
    Timbre(122, 172, 1.07, 125),
    Timbre(146, 206, 1.12, 135, breath=4),
    Timbre(102, 145, 1.03, 125, roughness=2),
)
_GIRL: Final = (
    Timbre(234, 328, 1.31, 145, 6, pace=0.97, range=1.15),
    Timbre(202, 284, 1.37, 150, 6, breath=4, pace=0.95, range=1.2),
    Timbre(268, 374, 1.38, 150, 7, pace=0.98, range=1.1),
)
_BOY: Final = (
    Timbre(198, 277, 1.26, 140, 6, pace=0.97, range=1.15),
    Timbre(166, 232, 1.17, 135, 6, roughness=2, pace=0.98, range=1.2),
    Timbre(172, 242, 1.34, 145, 7, breath=4, pace=0.95, range=1.1),
)
# Young adults begin elsewhere in their table, so that a film's young woman isn't its woman a semitone up.
_YOUNG_FROM = 3


def timbre_of(voice: board.Voice) -> Timbre:
    """The throat of this age and gender; each `variant` another one, for as many as a film may have; NARRATOR the teller's."""
    choices: tuple[Timbre, ...]
    match voice.age, voice.gender:
        case board.AGE_GROUP_CHILD, board.GENDER_FEMALE:
            choices = _GIRL
        case board.AGE_GROUP_CHILD, _:
            choices = _BOY
        case _, board.GENDER_FEMALE:
            choices = _FEMALE
        case _, board.GENDER_MALE:
            choices = _MALE
        case _:
            choices = _NEUTRAL
    if voice.variant == NARRATOR:
        timbre = _narrating(choices[0])
    else:
        young = voice.age == board.AGE_GROUP_YOUNG_ADULT
        timbre = _of_a_cast(choices, abs(voice.variant) + _YOUNG_FROM * young)
    match voice.age:
        case board.AGE_GROUP_YOUNG_ADULT:
            return replace(_sized(timbre, 1.03), pace=timbre.pace * 1.03, range=timbre.range * 1.08)
        case board.AGE_GROUP_SENIOR:
            # With age women's voices sink and men's rise (Linville, 2001), and both lose steadiness and pace.
            drift = 0.90 if voice.gender == board.GENDER_FEMALE else 1.06
            return replace(
                timbre,
                low=timbre.low * drift,
                high=timbre.high * drift,
                flutter=timbre.flutter + 14,
                roughness=min(timbre.roughness + 2, ROUGHEST),
                breath=timbre.breath + 5,
                pace=timbre.pace * 0.88,
            )
        case _:
            return timbre


def _of_a_cast(choices: tuple[Timbre, ...], variant: int) -> Timbre:
    turn, place = divmod(variant, len(choices))
    # A second turn through the table: the same voices in throats of another size.
    return _sized(choices[place], (1.0, 1.06, 0.94)[turn % 3])


def _narrating(timbre: Timbre) -> Timbre:
    """Warmer and calmer: a little lower, softer, slower and darker than anybody who acts."""
    return replace(
        timbre,
        low=timbre.low * 0.94,
        high=timbre.high * 0.93,
        tract=timbre.tract * 0.98,
        width=timbre.width + 15,
        pace=timbre.pace * 0.95,
        tilt_db=-1.5,
    )


def _sized(timbre: Timbre, by: float) -> Timbre:
    return replace(timbre, low=timbre.low * by**2, high=timbre.high * by**2, tract=timbre.tract * by)
