"""What a face does: eight feelings, eleven shapes of the mouth, and how they meet."""

from __future__ import annotations

from dataclasses import dataclass, fields

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.mouths import Viseme


@dataclass(frozen=True)
class Expression:
    """A face's state. Lengths in units of a head of 104 from crown to chin."""

    # Brows: both up, the inner ends up, the outer ends up.
    brow: float = 0.0
    brow_in: float = 0.0
    brow_out: float = 0.0
    # Eyelids: 0.0 shut, 0.85 as always, 1.2 wide; how much the inner end is higher than the outer (negative: a glare);
    # how far the lower lid has come up, as in a smile.
    lid: float = 0.85
    slope: float = 0.0
    low_lid: float = 0.08
    pupil: float = 1.0
    # Mouth: corners up, how wide against 1.0, how far open, both lips pressed together.
    corner: float = 0.46
    wide: float = 1.0
    open: float = 0.0
    press: float = 0.0
    blush: float = 0.30
    # Teeth shown in an open mouth; tears in the eyes; lines of strain between the brows.
    teeth: float = 0.0
    tear: float = 0.0
    frown: float = 0.0
    # What the neck does with it: degrees to the side, and down.
    tilt: float = 0.0
    nod: float = 0.0


_F = sb.Feeling
FEELINGS: dict[int, Expression] = {
    sb.FEELING_NEUTRAL: Expression(),
    sb.FEELING_HAPPY: Expression(brow=3.5, lid=0.80, low_lid=0.46, corner=1.0, wide=1.18, open=0.42, blush=0.75, teeth=1.0, tilt=-2, nod=-2),
    sb.FEELING_SAD: Expression(brow=0.5, brow_in=9.0, brow_out=-5.0, lid=0.60, slope=0.42, corner=-0.85, wide=0.86, blush=0.2, tear=0.3, tilt=3, nod=7),
    sb.FEELING_ANGRY: Expression(brow=-4.0, brow_in=-8.0, brow_out=6.0, lid=0.74, slope=-0.62, low_lid=0.26, pupil=0.86, corner=-0.75, wide=0.98,
                                 open=0.20, teeth=1.0, blush=0.55, frown=1.0, nod=4),
    sb.FEELING_AFRAID: Expression(brow=6.0, brow_in=8.0, brow_out=-3.0, lid=1.2, slope=0.1, low_lid=-0.1, pupil=0.62, corner=-0.6, wide=1.04, open=0.34,
                                  teeth=0.6, blush=0.0, nod=-3),
    sb.FEELING_SURPRISED: Expression(brow=11.0, brow_in=2.0, lid=1.25, low_lid=-0.12, pupil=0.74, corner=0.0, wide=0.52, open=0.72, blush=0.3, nod=-4),
    sb.FEELING_TENDER: Expression(brow=2.0, brow_in=5.0, brow_out=-2.0, lid=0.74, slope=0.10, low_lid=0.26, pupil=1.12, corner=0.78, wide=0.98, blush=0.75,
                                  tilt=-6, nod=3),
    sb.FEELING_TENSE: Expression(brow=-2.0, brow_in=-4.0, brow_out=0.0, lid=0.78, slope=-0.2, low_lid=0.34, pupil=0.9, corner=-0.30, wide=0.92, press=0.8,
                                 blush=0.1, frown=0.7),
}  # fmt: skip


def expression_of(feeling: int) -> Expression:
    """The face of that feeling; a calm one for none."""
    return FEELINGS.get(feeling, FEELINGS[sb.FEELING_NEUTRAL])


def between(a: Expression, b: Expression, share: float) -> Expression:
    """On the way from a to b."""
    if share <= 0 or a is b:
        return a
    if share >= 1:
        return b
    return Expression(
        *(getattr(a, f.name) + (getattr(b, f.name) - getattr(a, f.name)) * share for f in fields(Expression))
    )


@dataclass(frozen=True)
class Lips:
    """A shape of the mouth: how wide and how open (of the widest), lips pushed out, teeth and tongue to be seen."""

    wide: float
    open: float
    push: float = 0.0
    top_teeth: float = 0.0
    low_teeth: float = 0.0
    tongue: float = 0.0
    # The tongue's tip is up behind the teeth, or out between them.
    tip_up: bool = False
    tip_out: bool = False
    bite: bool = False
    pressed: float = 0.0


VISEMES: dict[Viseme, Lips] = {
    Viseme.REST: Lips(1.0, 0.0),
    Viseme.CLOSED: Lips(0.86, 0.0, pressed=1.0),
    Viseme.BITE: Lips(0.88, 0.16, top_teeth=1.0, bite=True),
    Viseme.TONGUE: Lips(0.92, 0.34, top_teeth=1.0, tongue=1.0, tip_out=True),
    Viseme.TEETH: Lips(1.02, 0.30, top_teeth=1.0, low_teeth=0.9),
    Viseme.LIFT: Lips(0.92, 0.50, top_teeth=0.6, tongue=1.0, tip_up=True),
    Viseme.OPEN: Lips(0.98, 1.0, top_teeth=0.7, tongue=0.8),
    Viseme.WIDE: Lips(1.16, 0.58, top_teeth=1.0, tongue=0.6),
    Viseme.NARROW: Lips(1.24, 0.30, top_teeth=1.0, low_teeth=0.25),
    Viseme.ROUND: Lips(0.60, 0.78, push=0.6, tongue=0.4),
    Viseme.PUCKER: Lips(0.40, 0.36, push=1.0),
}


@dataclass(frozen=True)
class Mouth:
    """What is drawn: the lips, opened by how loud they are, with the feeling's corners."""

    lips: Lips
    open: float
    wide: float
    corner: float


def mouth_of(expression: Expression, viseme: Viseme, opening: float) -> Mouth:
    """A mouth that speaks in a feeling; one at rest shows the feeling alone."""
    lips = VISEMES[viseme]
    if viseme is Viseme.REST:
        shown = Lips(1.0, expression.open, top_teeth=expression.teeth, low_teeth=0.8 * (expression.corner < -0.4) * expression.teeth,
                     tongue=0.5 * (expression.open > 0.5), push=max(0.0, 1 - expression.wide) * 0.8,
                     pressed=expression.press)  # fmt: skip
        return Mouth(shown, expression.open, expression.wide, expression.corner)
    opened = 0.0 if lips.open == 0 else lips.open * (0.34 + 0.66 * min(1.0, max(0.0, opening)))
    wide = lips.wide * (0.65 + 0.35 * min(1.15, max(0.85, expression.wide)))
    return Mouth(lips, opened, wide, expression.corner * 0.62)
