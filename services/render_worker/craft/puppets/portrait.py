"""Head and shoulders of somebody, for where they are heard but no scene is seen."""

from __future__ import annotations

import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.images import Picture
from services.render_worker.craft.mouths import Viseme
from services.render_worker.craft.painting.palette import Light
from services.render_worker.craft.painting.styles import style as style_of
from services.render_worker.craft.puppets.actor import finished
from services.render_worker.craft.puppets.body import body_of
from services.render_worker.craft.puppets.canvas import Canvas
from services.render_worker.craft.puppets.expression import expression_of, mouth_of
from services.render_worker.craft.puppets.features import Gaze, Turn
from services.render_worker.craft.puppets.figure import draw_figure
from services.render_worker.craft.puppets.person import Face
from services.render_worker.craft.puppets.pose import Pose
from services.render_worker.craft.puppets.tones import tones_of

# How far a head that looks to the right already turns to look left, and further right; degrees.
_AWAY, _NEARER = -46.0, 16.0


def portrait(
    character: sb.Character, size_px: int, light: Light, style: str, feeling: sb.Feeling.ValueType = sb.FEELING_NEUTRAL,
    viseme: Viseme = Viseme.REST, opening: float = 1.0, light_side: int = 1, glance: int = 0, shut: bool = False,
) -> Picture:  # fmt: skip
    """A square of that many pixels, BGRA premultiplied, that the figure's shoulders fill at the lower edge. StyleUnknown.

    `glance`: -1 turns head and eyes to the left, 1 to the right. `shut`: in the middle of a blink.
    """
    painted_in = style_of(style)
    tones = tones_of(character.look, light, painted_in)
    # From above the hair to below the shoulders: 290 units of the figure.
    scale = size_px / 290.0
    matrix = np.array([[scale, 0.0, size_px * 0.47], [0.0, scale, size_px * 0.54 + 549 * scale], [0.0, 0.0, 1.0]])
    canvas = Canvas(0, 0, size_px, size_px, matrix=matrix)
    if painted_in.outline is not None:
        canvas.outlined(painted_in.outline[0] * 0.6, tones.line)
    face = expression_of(feeling)
    turn = Turn(20.0 + (_AWAY if glance < 0 else _NEARER if glance > 0 else 0.0), face.nod * 0.3)
    shown = Face(turn, face, Gaze(0.75 * glance, 0.0, float(shut)), mouth_of(face, viseme, opening))
    pose = Pose(turn=26, head=face.tilt, near_y=196, far_y=196)
    draw_figure(canvas, body_of(character, tones, light_side), pose, shown, near=True)
    sprite = finished(canvas, painted_in, tones, light_side)
    full = np.zeros((size_px, size_px, 4), np.uint8)
    if sprite is not None:
        x, y = max(0, round(sprite.x)), max(0, round(sprite.y))
        part = sprite.picture[: size_px - y, max(0, -round(sprite.x)) :][:, : size_px - x]
        full[y : y + part.shape[0], x : x + part.shape[1]] = part
    return full
