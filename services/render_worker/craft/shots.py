"""From a scene's beats to its shots: sizes, camera, who is seen where, and which lines fall on which picture."""

from __future__ import annotations

from collections.abc import Sequence

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.beats import Beat, BeatKind, SceneBeats
from services.render_worker.craft.casting import fold
from services.render_worker.craft.draws import drawn_from
from services.render_worker.craft.lexicon import FEELINGS, PLACES, PROPS, all_named, first_named
from services.render_worker.craft.mentions import Cast
from services.render_worker.craft.pacing import LONGEST_LINE_MS, estimate_ms, split_speech

_SEATS = {1: (0.5,), 2: (0.33, 0.67), 3: (0.25, 0.5, 0.75), 4: (0.18, 0.4, 0.62, 0.84)}
# A breath around speech.
_PAUSE_MS = 700
_SILENT_MS = 3000
_MOST_PRESENT = 4
# A cut to the same person at the same size would look like a jump.
_OTHER_SIZE = {sb.SHOT_SIZE_MEDIUM: sb.SHOT_SIZE_CLOSE_UP, sb.SHOT_SIZE_CLOSE_UP: sb.SHOT_SIZE_MEDIUM}
_EMPTY_SIZES = (sb.SHOT_SIZE_WIDE, sb.SHOT_SIZE_FULL, sb.SHOT_SIZE_MEDIUM, sb.SHOT_SIZE_CLOSE_UP)


class ShotMaker:
    """Makes one scene's shots. The same beats and seed make the same shots."""

    def __init__(self, scene: SceneBeats, cast: Cast, seed: int, *, place_is_new: bool) -> None:
        self._scene, self._cast, self._place_is_new = scene, cast, place_is_new
        self._drawn = drawn_from(seed, scene.heading)
        self._here = self._present()
        self._seats = dict(zip(self._here, _SEATS.get(len(self._here), _SEATS[4]), strict=False))
        self._singles = self._empties = 0
        self.shots: list[sb.Shot] = []

    def make(self) -> list[sb.Shot]:
        """At least one shot, with every spoken word of the scene in order."""
        beats = list(self._scene.beats)
        first = beats[0]
        if first.kind is BeatKind.ACTION:
            self._establish(first.text)
            beats = beats[1:]
        elif self._place_is_new and first.who:
            self._establish(self._scene.setting.description)
        while beats:
            beat = beats.pop(0)
            if beat.kind is BeatKind.ACTION:
                self._act(beat.text)
            elif not beat.who:
                self._narrate(beat)
            else:
                self._speak(beat)
        return self.shots

    def _present(self) -> list[str]:
        """Who is seen in the scene: those who speak in it, then those whom action and narration name."""
        ids: dict[str, None] = {}
        for beat in self._scene.beats:
            if beat.kind is BeatKind.SPEECH and beat.who and not beat.off_screen:
                ids.setdefault(self._cast.by_name[fold(beat.who)].id)
        for beat in self._scene.beats:
            if beat.kind is BeatKind.ACTION or not beat.who:
                for cast_id in self._cast.seen_in(beat.text):
                    ids.setdefault(cast_id)
        return list(ids)[:_MOST_PRESENT]

    def _presences(
        self, ids: Sequence[str], feeling: sb.Feeling.ValueType = sb.FEELING_NEUTRAL, speaker: str = ""
    ) -> list[sb.Presence]:
        """Those of the ids who are here, from left to right."""
        here = sorted((cast_id for cast_id in ids if cast_id in self._seats), key=lambda cast_id: self._seats[cast_id])
        return [
            sb.Presence(
                character_id=cast_id,
                feeling=feeling if not speaker or cast_id == speaker else sb.FEELING_NEUTRAL,
                speaking=cast_id == speaker,
                position=self._seats[cast_id],
            )
            for cast_id in here
        ]

    def _add(self, size: sb.ShotSize.ValueType, camera: sb.CameraMove.ValueType, prompt: str, presences: Sequence[sb.Presence], *,
             lines: Sequence[sb.Line] = (), natural_ms: int = _SILENT_MS, props: Sequence[str] = ()) -> None:  # fmt: skip
        if not presences and size != sb.SHOT_SIZE_INSERT:
            # Picture after picture of one place looks at another part of it each time.
            if self.shots and self.shots[-1].size == _EMPTY_SIZES[self._empties % len(_EMPTY_SIZES)]:
                self._empties += 1
            size = _EMPTY_SIZES[self._empties % len(_EMPTY_SIZES)]
            self._empties += 1
        self.shots.append(
            sb.Shot(
                size=size,
                camera=camera,
                prompt=prompt[:500],
                presences=presences,
                lines=lines,
                natural_ms=natural_ms,
                props=props,
            )
        )

    def _establish(self, text: str) -> None:
        camera = self._drawn.choice((sb.CAMERA_MOVE_PUSH_IN, sb.CAMERA_MOVE_PAN_RIGHT, sb.CAMERA_MOVE_PAN_LEFT))
        natural = 3600 if self._place_is_new else _SILENT_MS
        named = self._cast.seen_in(text)
        self._add(
            sb.SHOT_SIZE_WIDE,
            camera,
            text,
            self._presences(named),
            natural_ms=natural,
            props=all_named(PROPS, text)[:3],
        )

    def _act(self, text: str) -> None:
        props, ids = all_named(PROPS, text)[:3], self._cast.seen_in(text)
        feeling = first_named(FEELINGS, text) or sb.FEELING_NEUTRAL
        camera = self._drawn.choice((sb.CAMERA_MOVE_PUSH_IN, sb.CAMERA_MOVE_PULL_OUT, sb.CAMERA_MOVE_PAN_RIGHT))
        natural = min(4500, max(2200, estimate_ms(text) * 2 // 3))
        presences = self._presences(ids, feeling)
        if (
            props
            and len(text) < 90
            and len(ids) < 2
            and not (first_named(PLACES, text) and not self._scene.setting.interior)
        ):
            self._add(sb.SHOT_SIZE_INSERT, sb.CAMERA_MOVE_PUSH_IN, text, [], natural_ms=natural, props=props)
        elif not presences:
            self._add(sb.SHOT_SIZE_WIDE, sb.CAMERA_MOVE_PULL_OUT, text, [], natural_ms=natural, props=props)
        elif len(presences) == 1:
            self._add(sb.SHOT_SIZE_MEDIUM, camera, text, presences, natural_ms=natural, props=props)
        else:
            self._add(sb.SHOT_SIZE_FULL, camera, text, presences, natural_ms=natural, props=props)

    def _narrate(self, beat: Beat) -> None:
        ids = self._cast.seen_in(beat.text)
        for index, piece in enumerate(split_speech(beat.text)):
            sizes = (sb.SHOT_SIZE_WIDE, sb.SHOT_SIZE_FULL, sb.SHOT_SIZE_MEDIUM) if ids else (sb.SHOT_SIZE_WIDE,)
            props = all_named(PROPS, piece)[:3]
            size = sizes[(len(self.shots) + index) % len(sizes)]
            if props and not self._cast.named_in(piece) and len(self.shots) % 3 == 2:
                size = sb.SHOT_SIZE_INSERT
            feeling = first_named(FEELINGS, piece) or sb.FEELING_NEUTRAL
            moves = (sb.CAMERA_MOVE_PUSH_IN, sb.CAMERA_MOVE_PAN_RIGHT, sb.CAMERA_MOVE_PULL_OUT, sb.CAMERA_MOVE_PAN_LEFT)
            line = sb.Line(text=piece, feeling=beat.feeling, off_screen=True, estimated_ms=estimate_ms(piece))
            seen = [] if size == sb.SHOT_SIZE_INSERT else self._presences(ids, feeling)
            self._add(size, moves[len(self.shots) % 4], piece, seen, lines=[line], natural_ms=_PAUSE_MS, props=props)

    def _speak(self, beat: Beat) -> None:
        who = self._cast.by_name[fold(beat.who)].id
        for piece in split_speech(beat.text):
            line = sb.Line(
                character_id=who,
                text=piece,
                feeling=beat.feeling,
                off_screen=beat.off_screen,
                estimated_ms=estimate_ms(piece),
            )
            if self._joins(line):
                self.shots[-1].lines.append(line)
            elif beat.off_screen:
                seen = self._presences([other for other in self._here if other != who])
                size = sb.SHOT_SIZE_MEDIUM if seen else sb.SHOT_SIZE_WIDE
                self._add(
                    size,
                    sb.CAMERA_MOVE_PUSH_IN,
                    self._scene.setting.description,
                    seen,
                    lines=[line],
                    natural_ms=_PAUSE_MS,
                )
            else:
                self._single(line, who, beat.feeling)

    def _joins(self, line: sb.Line) -> bool:
        """Two short lines of one speaker stay on one picture."""
        if (
            not self.shots
            or len(self.shots[-1].lines) != 1
            or self.shots[-1].lines[-1].character_id != line.character_id
        ):
            return False
        return self.shots[-1].lines[0].estimated_ms + line.estimated_ms <= LONGEST_LINE_MS // 2

    def _single(self, line: sb.Line, who: str, feeling: sb.Feeling.ValueType) -> None:
        """Dialogue alternates sides; an exchange opens with both in the picture and returns to it now and then."""
        strong = feeling not in (sb.FEELING_NEUTRAL, sb.FEELING_UNSPECIFIED)
        if len(self._here) > 1 and self._singles % 5 == 0 and not (strong and self._singles):
            size, ids = (sb.SHOT_SIZE_FULL if self._singles == 0 else sb.SHOT_SIZE_MEDIUM), self._here
        elif strong or self._singles % 3 == 2:
            size, ids = sb.SHOT_SIZE_CLOSE_UP, [who]
        else:
            size, ids = sb.SHOT_SIZE_MEDIUM, [who]
        if size in _OTHER_SIZE and self.shots and self.shots[-1].size == size and self._alone(self.shots[-1], ids):
            size = _OTHER_SIZE[size]
        self._singles += 1
        camera = sb.CAMERA_MOVE_PULL_OUT if self._singles % 4 == 3 else sb.CAMERA_MOVE_PUSH_IN
        self._add(size, camera, line.text, self._presences(ids, feeling, who), lines=[line], natural_ms=_PAUSE_MS)

    def _alone(self, shot: sb.Shot, ids: Sequence[str]) -> bool:
        return [presence.character_id for presence in shot.presences] == list(ids)
