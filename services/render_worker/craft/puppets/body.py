"""What of a character is the same in every pose of a shot."""

from __future__ import annotations

from dataclasses import dataclass

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.puppets.animals import Animal, animal_of
from services.render_worker.craft.puppets.garments import Garment, garment_of
from services.render_worker.craft.puppets.person import Person
from services.render_worker.craft.puppets.pose import Build, build_of
from services.render_worker.craft.puppets.tones import Cloth, Tones


@dataclass(frozen=True)
class Body:
    """Somebody as they are drawn."""

    character: sb.Character
    person: Person
    build: Build
    garment: Garment
    tones: Tones
    # Of the figure as it is drawn: looking to the right.
    light_side: int
    animal: Animal | None = None

    @property
    def skin(self) -> Cloth:
        """Skin, or an animal's coat."""
        return self.animal.coat if self.animal is not None else self.tones.skin


def body_of(character: sb.Character, tones: Tones, light_side: int) -> Body:
    """The body of that character in those colours."""
    person = Person(
        character.look, character.age == sb.AGE_GROUP_CHILD, character.age == sb.AGE_GROUP_SENIOR,
        character.gender == sb.GENDER_FEMALE, sum(character.id.encode()) % 12,
    )  # fmt: skip
    animal = animal_of(character.species, tones) if character.species else None
    return Body(character, person, build_of(character), garment_of(character.look.garment), tones, light_side, animal)
