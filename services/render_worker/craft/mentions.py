"""Whom a text tells of: those it names, and those it calls he or she because the text before named them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.beats import BeatKind, SceneBeats
from services.render_worker.craft.casting import fold
from services.render_worker.craft.lexicon import first_named

# Unspecified: a pronoun that doesn't tell.
_PRONOUNS: dict[sb.Gender.ValueType, str] = {
    sb.GENDER_FEMALE: "she her ella elle она её هي அவள் அவளுடைய",
    sb.GENDER_MALE: "he his him él он его هو அவன் அவனுடைய",
    sb.GENDER_UNSPECIFIED: "वह वो उसने उसकी उसका उसके उसे उन्होंने அவர் সে তিনি",
}
# A pronoun so near the text's beginning speaks of somebody besides those named after it: "She came home. Her mother …".
_OPENING = 16


@dataclass(frozen=True)
class Cast:
    """The film's characters by folded name, and by text of a beat whom it tells of (`told_of` fills it)."""

    by_name: Mapping[str, sb.Character]
    told: dict[str, list[str]] = field(default_factory=dict)

    def named_in(self, text: str) -> list[str]:
        """Ids of those the text names, in the order of the text."""
        folded = fold(text)
        found = [(at, who.id) for name, who in self.by_name.items() if (at := _word_at(folded, name)) >= 0]
        return [cast_id for _, cast_id in sorted(found)]

    def seen_in(self, text: str) -> list[str]:
        """Ids of those the beat of that text tells of; of any other text, those it names."""
        found = self.told.get(text)
        return self.named_in(text) if found is None else found


def told_of(scenes: Iterable[SceneBeats], by_name: Mapping[str, sb.Character]) -> Cast:
    """The cast, knowing of each beat whom it tells of."""
    cast = Cast(by_name)
    genders = {who.id: who.gender for who in by_name.values()}
    # The latest last.
    recent: list[str] = []
    for beat in (beat for scene in scenes for beat in scene.beats):
        if beat.kind is BeatKind.SPEECH and beat.who:
            ids = [by_name[fold(beat.who)].id]
        else:
            ids = cast.named_in(beat.text)
            meant = _meant(beat.text if not ids else beat.text[:_OPENING], recent, genders)
            if meant and meant not in ids:
                ids = [meant, *ids]
            cast.told.setdefault(beat.text, ids)
        recent = [each for each in recent if each not in ids] + ids[::-1]
    return cast


def _meant(text: str, recent: Sequence[str], genders: Mapping[str, sb.Gender.ValueType]) -> str:
    gender = first_named(_PRONOUNS, text)
    if gender is None:
        return ""
    return next((each for each in reversed(recent) if gender in (sb.GENDER_UNSPECIFIED, genders[each])), "")


def _word_at(text: str, word: str) -> int:
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (at and text[at - 1].isalnum()) and not (end < len(text) and text[end].isalnum()):
            return at
        at = text.find(word, at + 1)
    return -1
