"""Whom a text tells of: those it names, and those it calls he or she because the text before named them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.story.beats import Beat, BeatKind, SceneBeats
from services.render_worker.craft.story.casting import fold
from services.render_worker.craft.words.language import of
from services.render_worker.craft.words.matching import Table

# A pronoun so near the text's beginning speaks of somebody besides those named after it: "She came home. Her mother …".
_OPENING = 16


class Cast:
    """The film's characters by folded name, and by text of a beat whom it tells of (`told_of` fills it)."""

    def __init__(self, by_name: Mapping[str, sb.Character], language: str = "en") -> None:
        self.by_name, self.language = by_name, language
        self.told: dict[str, list[str]] = {}
        # Names are inflected too: "Мишу", "கவிதாவின்".
        self._names = Table([(name, character.id) for name, character in by_name.items()], of(language).language)

    def named_in(self, text: str) -> list[str]:
        """Ids of those the text names, in the order of the text."""
        return list(dict.fromkeys(hit.meaning for hit in self._names.find(text)))

    def seen_in(self, text: str) -> list[str]:
        """Ids of those the beat of that text tells of; of any other text, those it names."""
        found = self.told.get(text)
        return self.named_in(text) if found is None else found


def told_of(scenes: Sequence[SceneBeats], by_name: Mapping[str, sb.Character]) -> Cast:
    """The cast, knowing of each beat whom it tells of."""
    cast = Cast(by_name, scenes[0].language if scenes else "en")
    genders = {who.id: who.gender for who in by_name.values()}
    # The latest last.
    recent: list[str] = []
    for beat in (beat for scene in scenes for beat in scene.beats):
        if beat.kind is BeatKind.SPEECH and beat.who:
            ids = [by_name[fold(beat.who)].id]
        else:
            ids = _of_beat(beat, cast, recent, genders)
            cast.told.setdefault(beat.text, ids)
        recent = [each for each in recent if each not in ids] + ids[::-1]
    return cast


def _of_beat(beat: Beat, cast: Cast, recent: Sequence[str], genders: Mapping[str, sb.Gender.ValueType]) -> list[str]:
    ids = cast.named_in(beat.text)
    meant = _meant(beat.text if not ids else beat.text[:_OPENING], recent, genders, cast.language)
    if meant and meant not in ids:
        ids = [meant, *ids]
    doers = [who.id for doing in beat.doings if (who := cast.by_name.get(fold(doing.who))) is not None]
    return list(dict.fromkeys([*ids, *doers]))


def _meant(text: str, recent: Sequence[str], genders: Mapping[str, sb.Gender.ValueType], language: str) -> str:
    pronouns = of(language).pronouns(text)
    if not pronouns:
        return ""
    gender = pronouns[0].meaning
    return next((each for each in reversed(recent) if gender in (sb.GENDER_UNSPECIFIED, genders[each])), "")
