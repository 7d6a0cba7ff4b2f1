"""What each animal's head is made of, and which names are other names for the same head."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """What an animal's head is made of. Colours are "#rrggbb"."""

    coat: str
    pale: str
    # "point", "round", "long", "flop", "leaf", "tuft", "side", "fan", "bumps", "none"
    ears: str = "point"
    # "snout", "short", "broad", "disc", "beak", "bill", "trunk", "none"
    muzzle: str = "snout"
    nose: str = "#2c2428"
    # "bush", "thin", "puff", "curl", "feathers", "none"
    tail: str = "thin"
    # "mane", "wool", "spines", "stripes", "patch", "mask", "face", "horns", "antlers", "comb", "horn"
    mark: str = ""
    mark_color: str = "#2c2428"
    wide: float = 1.0
    whiskers: bool = False


KINDS = {
    "fox": Kind("#d9763a", "#f6ead8", tail="bush", whiskers=True),
    "wolf": Kind("#7d8590", "#e3e4e4", tail="bush"),
    "dog": Kind("#b98652", "#f0e0c8", ears="flop", muzzle="broad", tail="curl", mark="patch", mark_color="#7a5436"),
    "cat": Kind("#8f8a86", "#efe9e0", muzzle="short", nose="#d98a8a", tail="thin", mark="stripes", mark_color="#66605e", whiskers=True),
    "lion": Kind("#dcae62", "#f7e6c4", ears="round", muzzle="broad", tail="thin", mark="mane", mark_color="#9a5a2c", wide=1.06, whiskers=True),
    "tiger": Kind("#e0923f", "#f8eedd", ears="round", muzzle="broad", mark="stripes", mark_color="#2e2627", wide=1.06, whiskers=True),
    "bear": Kind("#8a5f42", "#d8b78f", ears="round", muzzle="snout", tail="puff", wide=1.10),
    "polar-bear": Kind("#ece9e2", "#fbf8f2", ears="round", tail="puff", wide=1.10),
    "panda": Kind("#f1eee8", "#fbf9f5", ears="round", tail="puff", mark="mask", mark_color="#33302f", wide=1.10),
    "koala": Kind("#96999f", "#e9e6e2", ears="round", muzzle="broad", tail="none", wide=1.08),
    "raccoon": Kind("#8b8c8e", "#ebe7df", tail="bush", mark="mask", mark_color="#3a3839", whiskers=True),
    "badger": Kind("#5d5c60", "#f0ece4", ears="round", tail="puff", mark="stripes", mark_color="#2e2c2e"),
    "rabbit": Kind("#c8b8a8", "#f6efe6", ears="long", muzzle="short", nose="#d98f94", tail="puff", whiskers=True),
    "hare": Kind("#a88864", "#efe2cd", ears="long", muzzle="short", nose="#8a5c50", tail="puff", whiskers=True),
    "mouse": Kind("#a79c98", "#ead9d2", ears="round", muzzle="snout", nose="#d98f94", wide=0.94, whiskers=True),
    "rat": Kind("#7b7472", "#d8c6be", ears="round", muzzle="snout", nose="#c98286", wide=0.94, whiskers=True),
    "hamster": Kind("#d8a468", "#f8ecd8", ears="round", muzzle="short", nose="#d98f94", tail="puff", wide=1.12),
    "squirrel": Kind("#b5683a", "#f2dfc2", ears="tuft", muzzle="short", tail="bush"),
    "hedgehog": Kind("#d8bd98", "#f0e0c6", ears="round", tail="none", mark="spines", mark_color="#5f4a3c"),
    "pig": Kind("#e9a9a4", "#f2c2bb", ears="leaf", muzzle="disc", nose="#cf7f80", tail="curl", wide=1.06),
    "cow": Kind("#efe8dc", "#f2c9b8", ears="leaf", muzzle="broad", nose="#8a5c58", mark="patch", mark_color="#4a3b36", wide=1.04),
    "ox": Kind("#8d6a4b", "#d9b995", ears="leaf", muzzle="broad", mark="horns", mark_color="#e6dcc4", wide=1.08),
    "horse": Kind("#9a6a45", "#d9b48d", ears="point", muzzle="broad", mark="mane", mark_color="#3f2f28", tail="bush", wide=0.94),
    "donkey": Kind("#8e8781", "#e6ddd0", ears="long", muzzle="broad", tail="thin", wide=0.94),
    "zebra": Kind("#efece6", "#d9d5cf", ears="point", muzzle="broad", mark="stripes", mark_color="#2b2a2c", wide=0.94),
    "unicorn": Kind("#f4eef0", "#f6dfe4", ears="point", muzzle="broad", mark="horn", mark_color="#e6b94e", tail="bush", wide=0.94),
    "goat": Kind("#e7ded0", "#f5efe5", ears="leaf", muzzle="snout", mark="horns", mark_color="#a08c70", tail="puff", wide=0.94),
    "sheep": Kind("#e9d9c6", "#f2e6d8", ears="leaf", muzzle="short", mark="wool", mark_color="#f3efe6", tail="puff"),
    "deer": Kind("#b98150", "#f0dcc0", ears="leaf", muzzle="snout", mark="antlers", mark_color="#7d5f45", tail="puff", wide=0.95),
    "monkey": Kind("#7a543c", "#e6bd97", ears="side", muzzle="short", nose="#7a4c3c", mark="face", tail="curl"),
    "gorilla": Kind("#4a484c", "#8a8488", ears="side", muzzle="broad", mark="face", tail="none", wide=1.12),
    "elephant": Kind("#98a0aa", "#b9bfc6", ears="fan", muzzle="trunk", wide=1.08),
    "frog": Kind("#6fa552", "#cfe0a0", ears="bumps", muzzle="none", tail="none", wide=1.12),
    "turtle": Kind("#7f9a5a", "#c9d49a", ears="none", muzzle="none", tail="none", wide=1.02),
    "crocodile": Kind("#5f8a56", "#c3d098", ears="bumps", muzzle="broad", nose="#3d5c3a", tail="bush", wide=1.0),
    "snake": Kind("#6f9a4e", "#d6dc98", ears="none", muzzle="none", tail="none", wide=0.95),
    "dragon": Kind("#4f9078", "#d8d890", ears="point", muzzle="broad", nose="#2e5a4c", mark="horns", mark_color="#e6d6a0", tail="bush", wide=1.04),
    "owl": Kind("#8d6c4d", "#ecd9b8", ears="tuft", muzzle="beak", nose="#d99a3c", tail="feathers", mark="face", wide=1.12),
    "bird": Kind("#5f93b8", "#e9eef0", ears="none", muzzle="beak", nose="#e0a03c", tail="feathers"),
    "crow": Kind("#3b3b45", "#5b5a66", ears="none", muzzle="beak", nose="#6a6660", tail="feathers", wide=0.95),
    "eagle": Kind("#f0ebe0", "#ffffff", ears="none", muzzle="beak", nose="#e3a93a", tail="feathers"),
    "parrot": Kind("#c8483c", "#f4d06a", ears="none", muzzle="beak", nose="#3d3a3c", tail="feathers"),
    "chicken": Kind("#efe6d6", "#fbf6ec", ears="none", muzzle="beak", nose="#e0a03c", mark="comb", mark_color="#c9453c", tail="feathers", wide=0.94),
    "rooster": Kind("#b8663a", "#e9b060", ears="none", muzzle="beak", nose="#e0a03c", mark="comb", mark_color="#c9352f", tail="feathers", wide=0.94),
    "chick": Kind("#f2cf5c", "#f9e6a0", ears="none", muzzle="beak", nose="#e08a3c", tail="none"),
    "duck": Kind("#f0e9d8", "#ffffff", ears="none", muzzle="bill", nose="#e0a03c", tail="feathers"),
    "goose": Kind("#eceae4", "#ffffff", ears="none", muzzle="bill", nose="#e0913c", tail="feathers", wide=0.92),
    "swan": Kind("#f6f4f0", "#ffffff", ears="none", muzzle="bill", nose="#d9763a", tail="feathers", wide=0.90),
    "penguin": Kind("#33363f", "#f4f2ec", ears="none", muzzle="beak", nose="#e0a03c", mark="face", tail="none"),
}  # fmt: skip


# Other names for the same heads.
_SAME = {
    "puppy": "dog", "poodle": "dog", "hound": "dog", "guide-dog": "dog", "service-dog": "dog", "kitten": "cat", "black-cat": "cat", "leopard": "tiger",
    "bunny": "rabbit", "boar": "pig", "ram": "sheep", "ewe": "sheep", "lamb": "sheep", "bison": "ox", "water-buffalo": "ox", "bull": "ox", "buffalo": "ox",
    "pony": "horse", "camel": "donkey", "two-hump-camel": "donkey", "llama": "donkey", "moose": "deer", "stag": "deer", "orangutan": "gorilla", "ape": "monkey",
    "mammoth": "elephant", "tortoise": "turtle", "lizard": "crocodile", "raven": "crow", "jackal": "wolf", "hen": "chicken", "cock": "rooster",
    "hatching-chick": "chick", "baby-chick": "chick", "front-facing-baby-chick": "chick", "dove": "bird", "sparrow": "bird", "robin": "bird", "peacock": "bird",
    "flamingo": "swan", "dodo": "duck", "toad": "frog", "otter": "bear", "beaver": "bear", "skunk": "badger", "mongoose": "squirrel", "chipmunk": "squirrel",
    "sloth": "koala", "kangaroo": "hare", "giraffe": "deer", "rhinoceros": "ox", "hippopotamus": "pig", "sauropod": "dragon", "t-rex": "dragon",
}  # fmt: skip


def kind_of(species: str) -> Kind:
    """What the head of that species is made of; a strange one has a bear's, in a colour of its own."""
    words = species.lower().removesuffix("-face").removesuffix(" face").replace("_", "-").replace(" ", "-")
    known = KINDS.get(words) or KINDS.get(_SAME.get(words, ""))
    if known is None:
        parts = [part for part in words.split("-") if part in KINDS or part in _SAME]
        known = KINDS[_SAME.get(parts[-1], parts[-1])] if parts else None
    if known is None:
        coats = ("#9a8468", "#7f8f8a", "#a8796a", "#8a86a0")
        return Kind(coats[sum(words.encode()) % len(coats)], "#eee2cf", ears="round", tail="puff")
    return known
