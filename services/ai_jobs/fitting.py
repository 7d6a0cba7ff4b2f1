"""Lengths: how the shots of a film share its length, once it is known how long each line of speech really lasts.

Speech sets the minimum of a shot. What is over goes first to what the shots wish for, then to the end card, then to the
shots again. Every length is whole frames and the sum is exact. Shots keep the lengths of the film before wherever their
speech still fits, so that one changed line re-renders one shot: the difference is taken from that shot's own pauses, and
from the end card only when those don't suffice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# speech may be played this much faster, not more
MAX_TEMPO = 1.15
# a title or end card at its shortest, seconds; in films from LONG_FILM_S on it is longer
CARD_S, LONG_CARD_S, LONG_FILM_S = 2, 3, 30
# before the first word of a shot, between two lines, after the last word
LEAD_MS, GAP_MS, TAIL_MS = 250, 220, 350
# a shot without speech is at least this long: shorter pictures can't be read
SILENT_MS = 1800
# speech is sped up in steps, so that a small change of the text rarely changes the tempo of the whole film
TEMPOS = (1.0, 1.05, 1.1, MAX_TEMPO)
# pauses added to a shot before its first word grow no longer than this
MAX_LEAD_MS = 900
END_CARD_WISH_MS = 3500


@dataclass(frozen=True)
class ShotNeed:
    """What a shot asks for: how long each of its lines lasts at tempo 1, and what it wishes for besides its speech."""

    id: str
    natural_ms: int
    lines_ms: tuple[int, ...]
    # the length that the filmmaker asks for; 0: as the film needs. Speech that needs more gets more
    asked_ms: int = 0

    def spoken_ms(self, tempo: float) -> float:
        """What its lines need, with the pauses around them."""
        if not self.lines_ms:
            return 0.0
        speech = sum(math.ceil(length / tempo) for length in self.lines_ms)
        return LEAD_MS + speech + GAP_MS * (len(self.lines_ms) - 1) + TAIL_MS

    def minimum_ms(self, tempo: float) -> float:
        """The shortest this shot can be."""
        return max(self.asked_ms, self.spoken_ms(tempo)) or SILENT_MS

    def wish_ms(self) -> float:
        """How much longer than its minimum it would like to be: a breath after speech, time to look at a silent picture."""
        if self.asked_ms:
            return 0.0
        return self.natural_ms if self.lines_ms else max(0, self.natural_ms - SILENT_MS)


@dataclass(frozen=True)
class PlacedLine:
    """When a line starts within its shot and how long it lasts in film time, milliseconds."""

    start_ms: int
    duration_ms: int


@dataclass(frozen=True)
class Fit:
    """The film's lengths in frames; `lines` by shot, in order."""

    tempo: float
    title_frames: int
    end_frames: int
    shot_frames: dict[str, int]
    lines: dict[str, list[PlacedLine]]


@dataclass(frozen=True)
class Previous:
    """How a film of the same project, length and rate was fitted before."""

    shot_frames: dict[str, int]
    tempo: float = 1.0


class DoesNotFit(Exception):
    """Even at the fastest tempo the speech needs a film of `needed_seconds`; told to the filmmaker as it is."""

    def __init__(self, needed_seconds: int, *, asked: bool) -> None:
        what = "with the lengths asked for its shots, the film needs" if asked else "spoken, the script needs a film of"
        remedy = "shorten the shots or the script" if asked else "shorten it"
        super().__init__(f"{what} {needed_seconds} s even at its fastest: {remedy} or ask for a longer film")
        self.needed_seconds = needed_seconds


def with_cards(seconds: float, cards: int = 2, *, at_least: float = 0) -> int:
    """The shortest film, in whole seconds, that has so many seconds between its cards and lasts about `at_least`.

    A film of just under half a minute may hold what one of half a minute doesn't: its cards are shorter.
    """
    lasts = math.floor(at_least)
    short = max(lasts, math.ceil(seconds + cards * CARD_S))
    return short if short < LONG_FILM_S else max(LONG_FILM_S, lasts, math.ceil(seconds + cards * LONG_CARD_S))


def card_frames(frames: int, fps: int, *, wanted: bool) -> int:
    """A card's least length: 2 s, 3 s in films of half a minute and more; none where none is wanted."""
    if not wanted:
        return 0
    return (LONG_CARD_S if frames >= LONG_FILM_S * fps else CARD_S) * fps


def _spread(total: int, weights: list[float]) -> list[int]:
    """Whole numbers in proportion to the weights that sum to the total (largest remainder)."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    shares = [math.floor(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda index: (shares[index] - exact[index], index))
    for index in by_remainder[: total - sum(shares)]:
        shares[index] += 1
    return shares


def _least(shots: list[ShotNeed], fps: int, tempo: float) -> dict[str, int]:
    """The fewest frames of each shot, its lines said at this tempo."""
    return {shot.id: math.ceil(shot.minimum_ms(tempo) * fps / 1000) for shot in shots}


def _tempo(shots: list[ShotNeed], fps: int, room: int, *, cards: int, asked_s: float) -> tuple[float, dict[str, int]]:
    for tempo in TEMPOS:
        least = _least(shots, fps, tempo)
        if sum(least.values()) <= room:
            return tempo, least
    asked = any(shot.asked_ms > shot.spoken_ms(MAX_TEMPO) for shot in shots)
    raise DoesNotFit(with_cards(sum(least.values()) / fps, cards, at_least=asked_s), asked=asked)


def _kept(shots: list[ShotNeed], least: dict[str, int], previous: dict[str, int], room: int) -> dict[str, int] | None:
    """The lengths of the film before, stretched where speech outgrew them or a length was asked for; None where that is
    another film. What there is no room for is taken from the shots with most to spare, as few of them as can be: each one
    that changes is rendered again.
    """
    if set(previous) != {shot.id for shot in shots}:
        return None
    lengths = {shot.id: least[shot.id] if shot.asked_ms else max(least[shot.id], previous[shot.id]) for shot in shots}
    over = sum(lengths.values()) - room
    for shot_id in sorted(lengths, key=lambda shot_id: least[shot_id] - lengths[shot_id]):
        given = max(0, min(over, lengths[shot_id] - least[shot_id]))
        lengths[shot_id] -= given
        over -= given
    return lengths if over <= 0 else None


def _shared(shots: list[ShotNeed], least: dict[str, int], fps: int, room: int, *, to_end_card: int) -> dict[str, int]:
    over = room - sum(least.values())
    brief = [0 if shot.asked_ms else max(0, math.ceil(SILENT_MS * fps / 1000) - least[shot.id]) for shot in shots]
    if 0 < sum(brief) <= over:
        # no cut within two seconds, before anything else is wished for
        return _shared(
            shots,
            {shot.id: least[shot.id] + more for shot, more in zip(shots, brief, strict=True)},
            fps,
            room,
            to_end_card=to_end_card,
        )
    wishes = [math.ceil(shot.wish_ms() * fps / 1000) for shot in shots]
    if sum(wishes) >= over:
        extra = _spread(over, [max(wish, 1e-6) for wish in wishes])
        return {shot.id: least[shot.id] + more for shot, more in zip(shots, extra, strict=True)}
    rest = max(0, over - sum(wishes) - to_end_card)
    free = [0.0 if shot.asked_ms else least[shot.id] + wish for shot, wish in zip(shots, wishes, strict=True)]
    # where every length was asked for, the rest is shared by all
    more = _spread(rest, free if any(free) else [float(least[shot.id]) for shot in shots])
    return {shot.id: least[shot.id] + wish + add for shot, wish, add in zip(shots, wishes, more, strict=True)}


def place_lines(shot: ShotNeed, length_ms: float, tempo: float) -> list[PlacedLine]:
    """Where the lines of a shot start: its spare time is a pause before them and after, in the shot alone."""
    spare = length_ms - shot.spoken_ms(tempo)
    at = LEAD_MS + min(spare * 0.35, MAX_LEAD_MS - LEAD_MS)
    placed = []
    for length in shot.lines_ms:
        lasts = math.ceil(length / tempo)
        placed.append(PlacedLine(round(at), lasts))
        at += lasts + GAP_MS
    return placed


def fit(
    shots: list[ShotNeed], *, fps: int, frames: int, title: bool, end: bool, previous: Previous | None = None
) -> Fit:
    """Lengths that sum to `frames` exactly; DoesNotFit when the speech is too long at every tempo.

    `previous`: the film before, whose tempo and lengths stay wherever every shot still has room for its speech at them.
    """
    title_frames = card_frames(frames, fps, wanted=title)
    end_least = card_frames(frames, fps, wanted=end)
    room = frames - title_frames - end_least
    kept = _as_before(shots, fps, room, previous) if previous is not None else None
    if kept is not None:
        tempo, lengths = kept
    else:
        tempo, least = _tempo(shots, fps, room, cards=title + end, asked_s=frames / fps)
        to_end = max(0, math.ceil(END_CARD_WISH_MS * fps / 1000) - end_least) if end else 0
        lengths = _shared(shots, least, fps, room, to_end_card=to_end)
    rest = room - sum(lengths.values())
    if rest and not end:
        lengths[shots[-1].id] += rest
        rest = 0
    lines = {shot.id: place_lines(shot, lengths[shot.id] * 1000 / fps, tempo) for shot in shots}
    return Fit(tempo, title_frames, end_least + rest, lengths, lines)


def _as_before(shots: list[ShotNeed], fps: int, room: int, previous: Previous) -> tuple[float, dict[str, int]] | None:
    """The tempo and lengths of the film before; None where that is another film, or this one doesn't fit into them.

    Its own tempo first, then the faster ones: another tempo moves every word, and with it every shot that shows words.
    """
    for tempo in TEMPOS:
        if tempo < previous.tempo:
            continue
        lengths = _kept(shots, _least(shots, fps, tempo), previous.shot_frames, room)
        if lengths is not None:
            return tempo, lengths
    return None
