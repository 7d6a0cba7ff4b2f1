"""A storyboard's shot list as a table, to be read as a film editor would."""

from __future__ import annotations

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing.drafts import AROUND_LINES_MS

_HEADS = ("sc", "shot", "size", "move", "secs", "who", "acts", "things", "sounds", "reason", "words")
_WIDTHS = (2, 4, 8, 9, 4, 30, 44, 22, 16, 24, 44)


def table(board: sb.Storyboard) -> str:
    """The list as lines of columns: one shot each, a heading above each scene."""
    names = {character.id: character.name for character in board.characters}
    lines = [_row(_HEADS)]
    for scene in board.scenes:
        place = sb.Place.Name(scene.setting.place).removeprefix("PLACE_").lower()
        mood = sb.Mood.Name(scene.mood).removeprefix("MOOD_").lower()
        lines.append(f"-- {scene.number}. {scene.heading}  [{place}, {mood}]")
        lines.extend(_row(_cells(scene, shot, names)) for shot in scene.shots)
    return "\n".join(lines)


def _cells(scene: sb.Scene, shot: sb.Shot, names: dict[str, str]) -> tuple[str, ...]:
    length = shot.natural_ms + sum(line.estimated_ms for line in shot.lines) + (AROUND_LINES_MS if shot.lines else 0)
    who = " ".join(_who(each, names) for each in shot.presences)
    acts = " ".join(_act(act, names) for act in shot.acts)
    things = " ".join(
        f"{thing.drawing or thing.noun}{'@' + names[thing.held_by] if thing.held_by in names else ''}"
        for thing in shot.things
    )
    sounds = " ".join(f"{sound.name}:{sound.start:.2f}" for sound in shot.sounds)
    said = " / ".join(
        f"{names.get(line.character_id, 'narrator')}{'(off)' if line.off_screen else ''}: {line.text}"
        for line in shot.lines
    )
    cut = {sb.TRANSITION_DISSOLVE: "~", sb.TRANSITION_FADE: "#"}.get(shot.transition, "")
    return (
        str(scene.number), f"{cut}{shot.number}", sb.ShotSize.Name(shot.size).removeprefix("SHOT_SIZE_").lower()[:8],
        sb.CameraMove.Name(shot.camera).removeprefix("CAMERA_MOVE_").lower(), f"{length / 1000:.1f}", who, acts, things,
        sounds, shot.reason, said or f"[{shot.prompt}]",
    )  # fmt: skip


def _who(presence: sb.Presence, names: dict[str, str]) -> str:
    marks = ("*" if presence.speaking else "") + ("<" if presence.back else "")
    pose = {sb.POSE_SITTING: "sits", sb.POSE_KNEELING: "kneels", sb.POSE_LYING: "lies"}.get(presence.pose, "")
    feeling = sb.Feeling.Name(presence.feeling).removeprefix("FEELING_").lower()[:5]
    told = ",".join(part for part in (pose, "" if feeling in ("neutr", "unspe") else feeling) if part)
    return f"{names[presence.character_id]}{marks}{presence.position:.2f}{f'({told})' if told else ''}"


def _act(act: sb.Act, names: dict[str, str]) -> str:
    deed = sb.Deed.Name(act.deed).removeprefix("DEED_").lower()
    target = f">{names.get(act.target, act.target)}" if act.target else ""
    goes = f"->{act.to_position:.2f}" if act.HasField("to_position") else ""
    return f"{names[act.character_id]}:{deed}{target}{goes}[{act.start:.2f}-{act.end:.2f}]"


def _row(cells: tuple[str, ...]) -> str:
    fitted = (cell[:width].ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True))
    return " ".join(fitted).rstrip()
