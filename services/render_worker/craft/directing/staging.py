"""Where the camera stands for a shot: how much of the place is seen, who stands where in the picture and how large.

All coordinates are units of the picture (its shorter side has 1000, shot_picture.UNITS). The picture is the whole plate; the
camera shows nine tenths of it and more, so what matters keeps a tenth away from the edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing.framing import Frame, Shape, frame_of, shape_of
from services.render_worker.craft.directing.marks import (
    EYE_SHARE,
    EYE_SHARES,
    FIGURE_HEIGHT,
    OFF_LEFT,
    OFF_RIGHT,
    Place2D,
    Staging,
    Travel,
    eye_share,
)
from services.render_worker.craft.shot_picture import ShotPicture

__all__ = [
    "EYE_SHARE", "EYE_SHARES", "FIGURE_HEIGHT", "OFF_LEFT", "OFF_RIGHT", "Place2D", "Staging", "Travel", "eye_share",
    "growth_of", "stage_of",
]  # fmt: skip

MOST_PEOPLE = 6
_GROWTH = {sb.AGE_GROUP_CHILD: 0.70, sb.AGE_GROUP_YOUNG_ADULT: 0.98, sb.AGE_GROUP_SENIOR: 0.95}
# Half of a figure at scale 1 with its arms and shadow: so far beyond the edge nothing of it is seen.
_HALF = 190.0
# Those behind the front row: smaller, higher up, and further from the camera.
_BEHIND_SCALE, _BEHIND_DEPTH = 0.84, 0.88
_LISTENER_DEPTH = 1.25
# Of the height; captions begin a little below.
_LOWEST_EYES = {Shape.WIDE: 0.72, Shape.SQUARE: 0.72, Shape.TALL: 0.62}


def stage_of(
    shot: ShotPicture, *, roofed: bool, feet: float | None = None, sight: tuple[float, float] | None = None
) -> Staging:
    """The layout of the shot. `feet`: where people stand in the place; without people it looks at `sight`, a point of the world."""
    w, h = shot.world
    ground = h * 0.885 if feet is None else feet
    people = list(shot.presences)[:MOST_PEOPLE]
    if not people or shot.size == sb.SHOT_SIZE_INSERT:
        return _without_people(w, h, shot.size, sight or (w * 0.5, h * 0.55))
    if shot.size == sb.SHOT_SIZE_OVER_SHOULDER and len(people) == 2 and any(each.back for each in people):
        return _over_shoulder(shot, people)
    return _Layout(shot, people, ground, roofed=roofed).staging()


def _for_all_heights(frame: Frame, shape: Shape, people: Sequence[sb.Presence]) -> Frame:
    """A step back where some stand and some sit: both faces are clear of the picture's top and of the captions."""
    standing = {eye_share(each.pose) > 0.8 for each in people}
    if frame.eyes is None or len(standing) == 1 or shape is Shape.TALL:
        return frame
    return replace(frame, scale=frame.scale * 0.9, eyes=frame.eyes - 0.08, spread=frame.spread * 0.92)


def growth_of(character: sb.Character | None) -> float:
    """How tall somebody is, 1.0 being a grown person."""
    return _GROWTH.get(character.age, 1.0) if character is not None else 1.0


class _Layout:
    """People side by side, the rest behind them."""

    def __init__(self, shot: ShotPicture, people: Sequence[sb.Presence], ground: float, *, roofed: bool) -> None:
        self.shot, self.people, self.ground, self.roofed = shot, people, ground, roofed
        self.w, self.h = shot.world
        self.shape = shape_of(self.w, self.h)
        self.travels = _travels(shot.acts, people)
        self.homes = {each.character_id: _home(each, self.travels) for each in people}
        ordered = sorted(people, key=lambda each: self.homes[each.character_id])
        self.frame: Frame = _for_all_heights(
            frame_of(self.shape, shot.size, len(people), roofed=roofed), self.shape, people
        )
        self.front, self.behind = _rows(ordered, self.frame.row)

    def staging(self) -> Staging:
        across = self._across(self.front) | self._across_behind()
        placed = [self._place(each, across[each.character_id], behind=False) for each in self.front]
        placed += [self._place(each, across[each.character_id], behind=True) for each in self.behind]
        knots = self._knots(placed)
        begun = []
        for person, presence in zip(placed, [*self.front, *self.behind], strict=True):
            if abs(presence.position - self.homes[person.character_id]) > 1e-6:
                person = replace(person, x=_at(knots, presence.position))
            begun.append(person)
        begun.sort(key=lambda person: person.order)
        look = self._looked_at(placed)
        focus = _clear_of_edges(look.x / self.w, (look.y - FIGURE_HEIGHT * eye_share(look.pose) * look.scale) / self.h)
        middle = sum(self.homes.values()) / len(self.homes)
        height = self.ground / self.h if self.frame.share > 0.7 else 0.62
        view = _view(self.w, self.h, self.frame.share, 0.5 if self.frame.share == 1.0 else middle, height)
        return Staging(view, self.frame.blur, tuple(begun), focus, knots, tuple(self.travels))

    def _across(self, row: Sequence[sb.Presence]) -> dict[str, float]:
        frame, w = self.frame, self.w
        homes = [self.homes[each.character_id] for each in row]
        if len(row) == 1 and not self.behind:
            return {row[0].character_id: self._alone(homes[0])}
        gap = min(frame.spread, w * 0.86 / len(row))
        if frame.eyes is None and not self.behind:
            # Whole figures stand where the scene has them, no closer than shoulders allow. A crowd closes up.
            wanted = [w * (0.12 + 0.76 * min(max(home, 0.0), 1.0)) for home in homes]
            xs = _apart(wanted, gap, w * 0.09, w * 0.91)
        else:
            xs = [w * 0.5 + (index - (len(row) - 1) / 2) * gap for index in range(len(row))]
        return {each.character_id: x for each, x in zip(row, xs, strict=True)}

    def _alone(self, home: float) -> float:
        """By the rule of thirds, with room where they look; less so in a narrow picture."""
        w = self.w
        who = next(iter(self.homes))
        if any(travel.character_id == who and 0 <= travel.from_position <= 1 for travel in self.travels):
            return w * (0.12 + 0.76 * min(max(home, 0.0), 1.0))
        facing = _facing(self.front[0], self.people, self.travels, self.homes)
        return w * (0.5 - facing * self.frame.lean)

    def _across_behind(self) -> dict[str, float]:
        """In the gaps of the front row, so that every face is seen."""
        if not self.behind:
            return {}
        front = sorted(self._across(self.front).values())
        edge = self.w * 0.04 + 75 * self.frame.scale * _BEHIND_SCALE
        count = len(self.behind)
        if count <= len(front) + 1:
            step = self.frame.spread * 0.55
            gaps = [(a + b) / 2 for a, b in pairwise(front)]
            spots = sorted([*gaps, front[0] - step, front[-1] + step], key=lambda x: abs(x - self.w / 2))
            xs = sorted(spots[:count])
        else:
            apart = min(self.frame.spread, (self.w - 2 * edge) / (count - 1))
            xs = [self.w / 2 + (index - (count - 1) / 2) * apart for index in range(count)]
        inside = [min(max(x, edge), self.w - edge) for x in xs]
        return {each.character_id: x for each, x in zip(self.behind, inside, strict=True)}

    def _place(self, presence: sb.Presence, x: float, *, behind: bool) -> Place2D:
        frame, h, shot = self.frame, self.h, self.shot
        grown = growth_of(shot.cast.get(presence.character_id))
        scale = frame.scale * (_BEHIND_SCALE if behind else 1.0)
        pose = presence.pose or sb.POSE_STANDING
        crowd = len(self.people) > 1
        if frame.eyes is None:
            y = min(self.ground, h * frame.feet) if frame.afar else h * frame.feet
            # However tall the picture, faces are above the captions.
            y = min(y, h * 0.60 + FIGURE_HEIGHT * eye_share(pose) * scale) if self.shape is Shape.TALL else y
            y -= h * 0.05 * scale if behind else 0.0
            size = scale * grown
        else:
            # Alone, everyone's eyes are at one height and a child fills the frame nearly as a grown person does.
            size = scale * grown if crowd else scale * grown**0.25
            line = h * frame.eyes
            if crowd:
                tallest = max(growth_of(shot.cast.get(each.character_id)) for each in self.people)
                line += (tallest - grown) * FIGURE_HEIGHT * scale * 0.62 - (h * 0.045 if behind else 0.0)
                # Where all sit, the camera sits down with them.
                y = line + FIGURE_HEIGHT * max(eye_share(each.pose) for each in self.people) * size
                # Who sits or kneels among others is lower, but not down among the captions.
                y -= max(0.0, y - FIGURE_HEIGHT * eye_share(pose) * size - h * _LOWEST_EYES[self.shape])
            else:
                y = line + FIGURE_HEIGHT * eye_share(pose) * size
        deeds = {act.deed for act in shot.acts if act.character_id == presence.character_id}
        order = (0.0 if behind else 1.0) + (0.5 if presence.speaking else 0.0) + x / self.w / 10
        if sb.DEED_HUG in deeds and crowd:
            # In each other's arms the smaller one is in front; of two alike, whoever came.
            came = any(act.character_id == presence.character_id and act.HasField("to_position") for act in shot.acts)
            order = 2.0 - grown + (0.05 if came else 0.0)
        return Place2D(
            presence.character_id, x, y, size, presence.feeling, presence.speaking,
            _facing(presence, self.people, self.travels, self.homes), pose, presence.back,
            pose == sb.POSE_SITTING or sb.DEED_SIT in deeds, order, _BEHIND_DEPTH if behind else 1.0,
        )  # fmt: skip

    def _knots(self, placed: Sequence[Place2D]) -> tuple[tuple[float, float], ...]:
        reach = _HALF * max(person.scale for person in placed)
        inside: list[tuple[float, float]] = []
        for person in sorted(placed, key=lambda each: self.homes[each.character_id]):
            home = self.homes[person.character_id]
            if 0 < home < 1 and (not inside or (home - inside[-1][0] > 0.02 and person.x > inside[-1][1])):
                inside.append((home, person.x))
        return ((OFF_LEFT, -reach), *inside, (OFF_RIGHT, self.w + reach))

    def _looked_at(self, placed: Sequence[Place2D]) -> Place2D:
        acting = {act.character_id for act in self.shot.acts}
        return next(
            (person for person in placed if person.speaking),
            next((person for person in placed if person.character_id in acting), placed[(len(placed) - 1) // 2]),
        )


def _over_shoulder(shot: ShotPicture, people: Sequence[sb.Presence]) -> Staging:
    """The listener's back large at one edge, the speaker beyond at the other third: a line between them that we stand beside."""
    w, h = shot.world
    frame = frame_of(shape_of(w, h), shot.size, 2, roofed=True)
    listener = next(each for each in people if each.back)
    speaker = next(each for each in people if each is not listener)
    side = -1 if listener.position <= speaker.position else 1
    placed = []
    for each, lean, scale, eyes, order, depth in (
        (speaker, frame.lean, frame.scale, frame.eyes or 0.36, 0.0, 1.0),
        (listener, frame.listener_lean, frame.listener_scale, frame.listener_eyes, 1.0, _LISTENER_DEPTH),
    ):
        pose = each.pose or sb.POSE_STANDING
        grown = growth_of(shot.cast.get(each.character_id)) ** 0.25
        # Whoever is smaller is looked down at: the difference stays to be seen, without losing a face.
        drop = (1.0 - growth_of(shot.cast.get(each.character_id))) * 0.25
        toward = -side if each is speaker else side
        x, size = w * (0.5 + toward * lean), scale * grown
        y = h * (eyes + drop) + FIGURE_HEIGHT * eye_share(pose) * size
        facing = side if each is speaker else -side
        placed.append(
            Place2D(each.character_id, x, y, size, each.feeling, each.speaking, facing, pose, each is listener,
                    pose == sb.POSE_SITTING, order, depth)
        )  # fmt: skip
    seen = placed[0]
    focus = _clear_of_edges(seen.x / w, (seen.y - FIGURE_HEIGHT * eye_share(seen.pose) * seen.scale) / h)
    ends = sorted(((listener.position, placed[1].x), (speaker.position, seen.x)))
    knots = _rising(((OFF_LEFT, -_HALF * frame.listener_scale), *ends, (OFF_RIGHT, w + _HALF * frame.listener_scale)))
    middle = speaker.position
    return Staging(_view(w, h, frame.share, middle, 0.60), frame.blur, tuple(placed), focus, knots)


def _without_people(w: float, h: float, size: sb.ShotSize.ValueType, sight: tuple[float, float]) -> Staging:
    knots = ((OFF_LEFT, OFF_LEFT * w), (OFF_RIGHT, OFF_RIGHT * w))
    if size == sb.SHOT_SIZE_INSERT:
        return Staging(_view(w, h, 0.40, 0.5, 0.72), 14.0, (), (0.5, 0.5), knots)
    share = {sb.SHOT_SIZE_FULL: 0.74, sb.SHOT_SIZE_MEDIUM: 0.54, sb.SHOT_SIZE_CLOSE_UP: 0.40}.get(size, 1.0)
    view = _view(w, h, share, sight[0] / w, sight[1] / h + share * 0.08)
    return Staging(
        view, 0.0, (), _clear_of_edges((sight[0] - view[0]) / view[2], (sight[1] - view[1]) / view[3]), knots
    )


def _view(w: float, h: float, share: float, x: float, y: float) -> tuple[float, float, float, float]:
    """A part of the world around a point given by shares, never past its edges."""
    left = min(max(x * w - share * w / 2, 0.0), w - share * w)
    top = min(max(y * h - share * h * 0.62, 0.0), h - share * h)
    return left, top, share * w, share * h


def _travels(acts: Sequence[sb.Act], people: Sequence[sb.Presence]) -> list[Travel]:
    where = {each.character_id: each.position for each in people}
    travels = []
    for act in sorted(acts, key=lambda each: each.start):
        if act.HasField("to_position") and act.character_id in where:
            travels.append(Travel(act.character_id, act.start, act.end, where[act.character_id], act.to_position))
            where[act.character_id] = act.to_position
    return travels


def _home(presence: sb.Presence, travels: Sequence[Travel]) -> float:
    """Where somebody is composed for: where they are, or where they get to if they come from outside."""
    own = [travel.to_position for travel in travels if travel.character_id == presence.character_id]
    stops = [position for position in (presence.position, *own) if 0 <= position <= 1]
    return stops[0] if stops else 0.5


def _rows(ordered: Sequence[sb.Presence], most: int) -> tuple[list[sb.Presence], list[sb.Presence]]:
    """Who stands in front and who behind: those who speak, then the outer ones, keep the front."""
    if len(ordered) <= most:
        return list(ordered), []
    by_need = sorted(range(len(ordered)), key=lambda i: (not ordered[i].speaking, -abs(i - (len(ordered) - 1) / 2), i))
    front = set(by_need[:most])
    return (
        [each for index, each in enumerate(ordered) if index in front],
        [each for index, each in enumerate(ordered) if index not in front],
    )


def _apart(wanted: Sequence[float], gap: float, least: float, most: float) -> list[float]:
    """The rising places nearest to those wanted that keep the gap, within the bounds as far as that goes."""
    xs = list(wanted)
    for index in range(1, len(xs)):
        xs[index] = max(xs[index], xs[index - 1] + gap)
    # Pushed to the right by each other: share the push.
    shift = sum(x - w for x, w in zip(xs, wanted, strict=True)) / len(xs)
    xs = [x - shift for x in xs]
    over, under = max(0.0, xs[-1] - most), max(0.0, least - xs[0])
    return [x - over + under for x in xs]


def _facing(
    presence: sb.Presence, people: Sequence[sb.Presence], travels: Sequence[Travel], homes: dict[str, float]
) -> int:
    going = next((travel for travel in travels if travel.character_id == presence.character_id), None)
    if going is not None and going.from_position != going.to_position:
        return 1 if going.to_position > going.from_position else -1
    own = homes[presence.character_id]
    seen = homes.get(presence.looks_at)
    if seen is None or presence.looks_at == presence.character_id:
        speaker = next((each for each in people if each.speaking and each is not presence), None)
        others = [homes[each.character_id] for each in people if each is not presence]
        seen = homes[speaker.character_id] if speaker is not None else sum(others) / len(others) if others else 0.5
    return 1 if own <= seen else -1


def _rising(knots: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The knots without those that don't rise in both."""
    kept = [knots[0]]
    for knot in knots[1:-1]:
        if knot[0] - kept[-1][0] > 0.02 and knot[1] > kept[-1][1] and knot[0] < knots[-1][0] - 0.02:
            kept.append(knot)
    return (*kept, knots[-1])


def _at(knots: tuple[tuple[float, float], ...], position: float) -> float:
    return Staging((0, 0, 0, 0), 0, (), (0, 0), knots).x_of(position)


def _clear_of_edges(x: float, y: float) -> tuple[float, float]:
    return min(0.9, max(0.1, x)), min(0.9, max(0.1, y))
