"""What shall go wrong, as ordered through `/_faults`: kept like everything else, and used up one request at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase

from deploy.local.sandbox.store import Json, Store

FOR_EVER = -1
VOCABULARY = {
    "status": "status:CODE — answered with this status; nothing is carried out",
    "cut": "cut:BYTES — the connection is cut once that many bytes of the request's body have arrived, which count as"
    " received where the provider would keep them; with BYTES at or beyond the body's size the request is carried out in"
    " full and the connection closed without an answer",
    "late": "late:SECONDS — carried out at once, answered or delivered later",
    "error": "error:REASON — the provider's own error of this name, in its own shape",
    "short_308": "short_308 — of an upload's chunk only a part is kept, and the answer says so",
    "lost_session": "lost_session — the upload's session is gone: 404, and for ever after",
    "private_lock": "private_lock — what is uploaded stays private, whatever was asked",
    "repeat": "repeat:N — delivered N times more",
    "shuffle": "shuffle — what arises within a second is delivered in random order",
}
# the argument's type, for those that have one
ARGUMENTS = {"status": int, "cut": int, "late": float, "error": str, "repeat": int}


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong: its name in the vocabulary, and its argument ("" where it has none)."""

    name: str
    argument: str = ""

    @property
    def number(self) -> float:
        """The argument as a number: bytes, seconds, a status or a count."""
        return float(self.argument)

    @property
    def count(self) -> int:
        """The argument as a whole number."""
        return int(self.argument)

    @staticmethod
    def parse(text: str) -> "Fault":
        """The fault that is written so. ValueError says what can be written."""
        name, _, argument = text.partition(":")
        kind = ARGUMENTS.get(name)
        if name not in VOCABULARY or bool(argument) != (kind is not None):
            raise ValueError(f"no such fault: {text!r}")
        try:
            value = kind(argument) if kind else 0
        except ValueError:
            raise ValueError(f"{text!r}: {VOCABULARY[name]}") from None
        if not isinstance(value, str) and (value < 0 or (name == "status" and not 100 <= value <= 599)):
            raise ValueError(f"{text!r}: {VOCABULARY[name]}")
        return Fault(name, argument)


class Faults:
    """The rules in force, in the order in which they were given."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # the rules are few and asked for at every request
        self._rules = store.list("_faults", "rule")

    def add(self, service: str, match: str, fault: Fault, times: int = 1) -> Json:
        """Let `fault` happen the next `times` (-1: for ever) that something of `service` fits `match`.

        `match` is a part of the subject, or a pattern with * ? [] for the whole of it. The subject is "METHOD /path?query"
        without the service's prefix, the recipient for mail, or what the provider says (an event's type, an object's name).
        An empty `match` fits everything.
        """
        rule: Json = {
            "id": str(self._store.next_number("_faults")),
            "service": service,
            "match": match,
            "fault": f"{fault.name}:{fault.argument}" if fault.argument else fault.name,
            "times": times,
        }
        self._rules.append(rule)
        self._store.put("_faults", "rule", rule["id"], rule)
        return dict(rule)

    def take(
        self, service: str, subject: str, names: Collection[str], arguments: Collection[str] | None = None
    ) -> Fault | None:
        """The first fault in force of one of these names for this subject, used up by one; None where there is none.

        With `arguments` only one with such an argument: what concerns a request isn't used up by one of its records.
        """
        for rule in self._rules:
            fault = Fault.parse(rule["fault"])
            wanted = fault.name in names and (arguments is None or fault.argument in arguments)
            if rule["service"] == service and wanted and _fits(rule["match"], subject):
                self._use(rule)
                return fault
        return None

    def left(self) -> list[Json]:
        """The rules still in force."""
        return [dict(rule) for rule in self._rules]

    def clear(self) -> int:
        """Forget them all; how many there were."""
        count = len(self._rules)
        for rule in self._rules:
            self._store.delete("_faults", "rule", rule["id"])
        self._rules = []
        return count

    def _use(self, rule: Json) -> None:
        if rule["times"] == FOR_EVER:
            return
        rule["times"] -= 1
        if rule["times"]:
            self._store.put("_faults", "rule", rule["id"], rule)
        else:
            self._rules.remove(rule)
            self._store.delete("_faults", "rule", rule["id"])


def _fits(match: str, subject: str) -> bool:
    if match in subject:
        return True
    return fnmatchcase(subject, match) or fnmatchcase(subject.partition("?")[0], match)
