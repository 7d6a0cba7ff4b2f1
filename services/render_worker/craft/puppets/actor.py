"""A puppet on the stage: what somebody does in a shot, as pictures on the plate. On twos; a mouth may change on any frame."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing.staging import Place2D, Staging
from services.render_worker.craft.images import Picture
from services.render_worker.craft.mouths import Key, Viseme
from services.render_worker.craft.painting import drawings
from services.render_worker.craft.painting.palette import Light
from services.render_worker.craft.painting.styles import Style
from services.render_worker.craft.painting.styles import style as style_of
from services.render_worker.craft.puppets.acting import Moment, performed
from services.render_worker.craft.puppets.body import Body, body_of
from services.render_worker.craft.puppets.canvas import Canvas
from services.render_worker.craft.puppets.expression import mouth_of
from services.render_worker.craft.puppets.features import Turn
from services.render_worker.craft.puppets.figure import Held, draw_bed, draw_figure, draw_shadow
from services.render_worker.craft.puppets.person import Face
from services.render_worker.craft.puppets.role import TWOS, Role, Scene, Speech
from services.render_worker.craft.puppets.seats import SeatPainter, seat_in
from services.render_worker.craft.puppets.stillness import held as held_moments
from services.render_worker.craft.puppets.things import TWO_HANDED, Hold, Span, grip_of, span_at, spans_of
from services.render_worker.craft.puppets.tones import Tones, tones_of
from services.render_worker.craft.shot_picture import ShotPicture
from services.render_worker.craft.sprites import Actor, Rest, Sprite

# Steps of a mouth's opening: finer ones nobody sees.
_OPENINGS = 5
_QUIET = Key(0, Viseme.REST, 0.0)
# Units around the figure's middle in which all of it stays, whatever it does.
_REACH, _ABOVE, _BELOW = 600.0, 900.0, 60.0

# What moves by less of the plate's height isn't drawn again, for two steps at most: somebody who only breathes goes on fours.
_UNSEEN = 0.001
_FOURS = 2

# Of 255; a shadow on the ground is thinner, a body is not. And pixels from a soft edge to where a body surely is.
_A_SHADOW = 150
_INWARDS = 2


class Puppet:
    """Somebody of a shot; see `sprites.Actor`."""

    def __init__(self, place: Place2D, body: Body, moments: Sequence[Moment], speeches: Sequence[Speech], xs: Sequence[float], *,
                 shot: ShotPicture, fps: int, style: Style, light_side: int, held: Sequence[Held | None], seat: SeatPainter | None, shadow: float,
                 on_ones: bool, rest: Rest | None) -> None:  # fmt: skip
        """`xs`: where they stand at each twelfth of a second, or with `on_ones` at each frame, in pixels of the plate. `rest`: where a
        camera that rests sees them.
        """
        self.depth, self.order = place.depth, place.order
        self._place, self._body, self._moments, self._speeches, self._xs = place, body, moments, speeches, xs
        self._fps, self._style, self._light_side, self._held = fps, style, light_side, held
        self._width, self._height, self._unit = shot.width, shot.height, shot.unit_px
        self._seat, self._shadow, self._ones, self._rest = seat, shadow, on_ones, rest
        # Who walks is drawn where they are then.
        most = _FOURS if len(xs) == 1 else 1
        self._shown = held_moments(moments, _UNSEEN * shot.height / (place.scale * shot.unit_px), most)
        # The last picture: what it shows, and where across it was drawn.
        self._kept: tuple[tuple[int, Viseme, float], float, Sprite | None] | None = None

    def at(self, frame: int) -> Sprite | None:
        """The figure as it is at that frame, cropped to the plate."""
        step = min(len(self._moments) - 1, frame * TWOS // self._fps)
        step = self._shown[step]
        key = self._mouth(frame)
        x = self._xs[min(len(self._xs) - 1, frame if self._ones else step)]
        known = (step, key.viseme, key.opening)
        if self._kept is None or self._kept[0] != known:
            self._kept = (known, x, self._drawn(step, key, x))
        _, drawn_at, sprite = self._kept
        return sprite if sprite is None or x == drawn_at else replace(sprite, x=sprite.x + x - drawn_at)

    def _mouth(self, frame: int) -> Key:
        ms = frame * 1000 / self._fps
        for speech in self._speeches:
            if speech.at(ms):
                key = speech.track.at(ms - speech.start_ms)
                return Key(0, key.viseme, round(key.opening * _OPENINGS) / _OPENINGS)
        return _QUIET

    def _drawn(self, step: int, key: Key, x: float) -> Sprite | None:
        moment = self._moments[step]
        scale = self._place.scale * self._unit
        y = self._place.y * self._unit
        canvas = self._canvas(x, y, scale, float(moment.facing))
        if canvas is None:
            return None
        if self._style.outline is not None:
            canvas.outlined(self._style.outline[0] * 0.9 / max(self._place.scale, 0.4), self._body.tones.line)
        body = replace(self._body, light_side=self._light_side * moment.facing)
        near = y - 340 * scale > self._height and self._place.pose != sb.POSE_LYING
        if self._shadow and not near:
            draw_shadow(canvas, body, moment.pose, body.light_side, self._shadow)
        if self._place.pose == sb.POSE_LYING:
            draw_bed(canvas, body.tones, body.light_side)
        elif self._seat is not None and not near:
            self._seat(canvas, body.tones, body.light_side)
        face = Face(
            Turn(max(-74.0, min(74.0, moment.pose.turn + moment.pose.look)), moment.pose.nod + moment.expression.nod * 0.3),
            moment.expression, replace(moment.gaze, x=moment.gaze.x * moment.facing),
            mouth_of(moment.expression, key.viseme, key.opening), back=self._place.back, drag=moment.drag,
        )  # fmt: skip
        pose = replace(moment.pose, head=moment.pose.head + moment.expression.tilt + moment.expression.nod * 0.25)
        draw_figure(canvas, body, pose, face, back=self._place.back, held=self._held[step], drag=moment.drag, near=near)
        sprite = finished(canvas, self._style, body.tones, self._light_side)
        return sprite if sprite is None or self._rest is None else replace(sprite, on_film=True)

    def _canvas(self, x: float, y: float, scale: float, side: float) -> Canvas | None:
        """Around the figure's place, as far as it can be seen; None where that is nowhere."""
        rest = self._rest or Rest(self._width, self._height, 0.0, 0.0, 1.0, 1.0)
        x, y, wide, tall = (x - rest.x) / rest.across, (y - rest.y) / rest.down, scale / rest.across, scale / rest.down
        left, right = max(0, math.floor(x - _REACH * wide)) & ~1, min(rest.width, math.ceil(x + _REACH * wide))
        top, bottom = max(0, math.floor(y - _ABOVE * tall)) & ~1, min(rest.height, math.ceil(y + _BELOW * tall))
        if right - left < 4 or bottom - top < 4:
            return None
        matrix = np.array([[wide * side, 0.0, x], [0.0, tall, y], [0.0, 0.0, 1.0]])
        return Canvas(left, top, right - left, bottom - top, matrix=matrix)


def finished(canvas: Canvas, style: Style, tones: Tones, light_side: int) -> Sprite | None:
    """The light's edge and the style's texture on what has been drawn."""
    margin = style.medium.shadow > 0
    cut = canvas.cropped()
    if cut is None:
        return None
    picture, left, top = cut
    if tones.rim_share > 0.05:
        _rim(picture, tones, light_side, max(2, round(canvas.px * 3.2)))
    if margin:
        pad = max(8, picture.shape[0] // 40) & ~1
        picture = np.asarray(
            cv2.copyMakeBorder(picture, 0, pad, pad, pad, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0)), np.uint8
        )
        left -= pad
    return Sprite(style.sprite(picture), float(left), float(top))


def _rim(picture: Picture, tones: Tones, light_side: int, width: int) -> None:
    """Lights the edge that looks to the light, in place."""
    # Where the edge may be, at half the size; how much of one is then asked of each pixel there.
    opacity = np.asarray(cv2.extractChannel(picture, 3), np.uint8)
    small = np.ascontiguousarray(opacity[::2, ::2])
    down, across = max(1, width // 3), width * light_side
    inner = cv2.warpAffine(
        small, np.array([[1.0, 0.0, -across / 2], [0.0, 1.0, down / 2]]), small.shape[::-1], flags=cv2.INTER_NEAREST
    )
    edge = np.asarray(cv2.subtract(small, np.asarray(inner, np.uint8)) > 24, np.uint8)
    # And what is beside it: an edge is soft for a pixel or two.
    found = cv2.findNonZero(cv2.dilate(edge, np.ones((3, 3), np.uint8)))
    if found is None:
        return
    height, wide = picture.shape[:2]
    near_x, near_y = 2 * found.reshape(-1, 2).T
    columns = np.concatenate([near_x, near_x + 1, near_x, near_x + 1])
    rows = np.concatenate([near_y, near_y, near_y + 1, near_y + 1])
    shown = (rows < height - 2 * width) & (columns >= _INWARDS) & (columns < wide - _INWARDS)
    columns, rows = columns[shown], rows[shown]
    behind_x, behind_y = columns + across, rows - down
    outside = (behind_x < 0) | (behind_x >= wide) | (behind_y < 0)
    at = rows * wide + columns
    behind = np.where(outside, 0, opacity.take(np.where(outside, 0, behind_y * wide + behind_x))).astype(np.float32)
    there = picture.reshape(-1, 4).take(at, axis=0).astype(np.float32)
    # What is a shadow on the ground, and not a body's soft edge, takes no light.
    body = opacity.take(at + _INWARDS * (wide - light_side)) > _A_SHADOW
    share = np.clip(1 - behind / np.maximum(there[:, 3], 1.0), 0.0, 1.0) * tones.rim_share * body
    lit = np.asarray(tones.rim[:3], np.float32) * there[:, 3:] / 255
    there[:, :3] += (lit - there[:, :3]) * share[:, None]
    picture.reshape(-1, 4)[at] = np.clip(there, 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class _Cast:
    """Everybody of a shot, to make their puppets from."""

    shot: ShotPicture
    staging: Staging
    speeches: Sequence[Speech]
    frames: int
    fps: int
    light: Light
    light_side: int
    # Where a camera that rests sees a depth.
    rest_at: Callable[[float], Rest] | None

    def puppet(self, place: Place2D, *, on_ones: bool) -> Puppet:
        shot, style = self.shot, style_of(self.shot.style)
        character = shot.cast[place.character_id]
        presence = next(each for each in shot.presences if each.character_id == place.character_id)
        tones = tones_of(character.look, self.light, style)
        duration_ms = max(1, round(self.frames * 1000 / self.fps))
        own = [act for act in shot.acts if act.character_id == character.id]
        speeches = [speech for speech in self.speeches if speech.character_id == character.id]
        scene = Scene(
            duration_ms, self.speeches, lambda who, share: self.staging.x_at(who, share) / place.scale,
            [other.character_id for other in self.staging.people if other.character_id != character.id],
            {thing.noun: self.staging.x_of(thing.position) / place.scale for thing in shot.things if thing.position > 0}, shot.seed,
        )  # fmt: skip
        spans = spans_of(character.id, shot.acts, shot.things, duration_ms, drawings.names())
        role = Role(character, place.feeling, place.pose, place.facing, presence.looks_at, place.back, own, spans)
        moments = performed(role, scene)
        rest = None if self.rest_at is None else self.rest_at(place.depth)
        scale = place.scale if rest is None else place.scale / rest.down
        pictures = {span: self._held(span, scale) for span in spans}
        at_hand = [span_at(spans, step * 1000 / TWOS) for step in range(len(moments))]
        held = [pictures[span] if span is not None else None for span in at_hand]
        count = self.frames if on_ones else len(moments)
        xs = [self.staging.x_at(character.id, i / max(1, count - 1)) * shot.unit_px for i in range(count)] if self._travels(character.id) else (
            [place.x * shot.unit_px])  # fmt: skip
        deep = place.depth <= 1.0 and shot.size not in (sb.SHOT_SIZE_CLOSE_UP,)
        return Puppet(
            place, body_of(character, tones, self.light_side), moments, speeches, xs, shot=shot, fps=self.fps, style=style,
            light_side=self.light_side, held=held, seat=seat_in(shot.setting) if place.seat else None, shadow=(0.30 if not self.light.dark else 0.42) * deep,
            on_ones=on_ones and len(xs) > 1, rest=rest,
        )  # fmt: skip

    def _travels(self, who: str) -> bool:
        return any(travel.character_id == who for travel in self.staging.travels)

    def _held(self, span: Span, scale: float) -> Held:
        grip = grip_of(span.drawing)
        height = max(4, round(grip.height * scale * self.shot.unit_px))
        picture = drawings.raster(span.drawing, height, self.light, self.shot.style, self.light_side)
        return Held(picture, grip.at, grip.hold is Hold.BOTH or span.deed in TWO_HANDED, grip.hold is Hold.OVERHEAD)


def actors(shot: ShotPicture, staging: Staging, speech: Sequence[Speech], *, frames: int, fps: int, light: Light, light_side: int,
           follows: bool = False, rest_at: Callable[[float], Rest] | None = None) -> list[Actor]:  # fmt: skip
    """Everybody of the shot, from the back to the front, for as many frames; coordinates and sizes in pixels of the plate.

    Frame 0 without speech is how the shot begins. `follows`: the camera goes with somebody who walks, so walkers move along on every
    frame, not only on every other. `rest_at`: where the camera sees a depth, if it rests; then their sprites have the film's pixels.
    """
    cast = _Cast(shot, staging, speech, frames, fps, light, light_side, rest_at)
    ordered = sorted(
        (place for place in staging.people if place.character_id in shot.cast), key=lambda place: place.order
    )
    return [cast.puppet(place, on_ones=follows) for place in ordered]
