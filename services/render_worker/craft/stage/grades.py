"""The gentle grade that a mood gives a shot: less than one would name, enough that scenes differ."""

from __future__ import annotations

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.stage.yuv import PLAIN, Colors, graded

# Contrast and saturation as factors, warmth in levels.
_GRADES = {
    sb.MOOD_HAPPY: (1.01, 1.05, 1.0),
    sb.MOOD_SAD: (0.98, 0.90, -1.5),
    sb.MOOD_TENSE: (1.05, 0.94, -0.5),
    sb.MOOD_TENDER: (0.99, 1.02, 2.0),
    sb.MOOD_MYSTERIOUS: (1.03, 0.95, -2.0),
    sb.MOOD_TRIUMPHANT: (1.04, 1.06, 1.5),
}


def grade_of(mood: sb.Mood.ValueType, style: str) -> Colors:
    """The colours of a shot in that mood. Noir has none to grade."""
    grade = None if style == "noir" else _GRADES.get(mood)
    return PLAIN if grade is None else graded(*grade)
