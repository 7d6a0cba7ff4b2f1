"""SOQL, as much of it as a program that follows changes needs: SELECT … FROM … WHERE … ORDER BY … LIMIT … OFFSET.

Written after Salesforce's "SOQL and SOSL Reference": comparisons, AND, OR, NOT, IN, LIKE, parents' fields (`Contact__r.Email`),
`COUNT()`, dates with and without a time. A null is said as `= null`; `IS NULL` is refused, as there. Subqueries, GROUP BY and
date words such as TODAY are not served: `MALFORMED_QUERY` says so.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from deploy.local.sandbox.salesforce_errors import Refused
from deploy.local.sandbox.salesforce_schema import SObject, known_field, sobject

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^'\\]|\\.)*')"
    r"|(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))|(?P<date>\d{4}-\d\d-\d\d)"
    r"|(?P<number>[+-]?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_][\w.]*)|(?P<sign><=|>=|!=|<>|[=<>(),]))"
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
Row = Mapping[str, Any]
Test = Callable[[Row], bool]
# follows a dotted path from a row to a parent's field
Follow = Callable[[Row, str], Any]


@dataclass(frozen=True)
class Query:
    """A query that was understood. `fields` are as the schema spells them; empty with `count`."""

    of: SObject
    fields: tuple[str, ...]
    count: bool
    matches: Test
    # (field, descending, nulls last)
    order: tuple[tuple[str, bool, bool], ...]
    limit: int | None
    offset: int


def parse(text: str, follow_of: Callable[[SObject], Follow]) -> Query:
    """Understand a query; `follow_of` says how fields of an object's rows are read. Raises `Refused` with MALFORMED_QUERY, INVALID_FIELD or INVALID_TYPE."""
    return _Parser(text, follow_of).query()


@lru_cache(maxsize=4_096)  # to the second, most records share theirs with others
def instant(value: str) -> datetime:
    """A time in any of the spellings that Salesforce writes or takes."""
    return datetime.fromisoformat(re.sub(r"([+-]\d\d):?(\d\d)$", r"\1:\2", value.replace("Z", "+00:00"))).astimezone(
        UTC
    )


def run(query: Query, rows: Iterable[Row], follow: Follow) -> list[Row]:
    """The rows that match, in the order asked, between offset and limit."""
    found = [row for row in rows if query.matches(row)]
    for name, descending, nulls_last in reversed(query.order):
        known = [row for row in found if follow(row, name) is not None]
        empty = [row for row in found if follow(row, name) is None]
        known.sort(key=lambda row: _sortable(follow(row, name)), reverse=descending)
        found = known + empty if nulls_last else empty + known
    end = None if query.limit is None else query.offset + query.limit
    return found[query.offset : end]


def _sortable(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


class _Parser:
    """Recursive descent over the tokens, one method a rule."""

    def __init__(self, text: str, follow_of: Callable[[SObject], Follow]) -> None:
        self._follow_of = follow_of
        self._tokens = list(_tokens(text))
        self._at = 0
        self._of: SObject | None = None
        self._follow: Follow

    def query(self) -> Query:
        self._keyword("SELECT")
        names, count = self._selected()
        self._keyword("FROM")
        name = self._next("word")
        self._of = of = sobject(name)
        if of is None:
            raise Refused("INVALID_TYPE", f"sObject type '{name}' is not supported.")
        self._follow = self._follow_of(of)
        fields = tuple(self._field(name) for name in names)
        matches = self._either() if self._took("WHERE") else _always
        order = self._order() if self._took("ORDER") else ()
        limit = self._whole() if self._took("LIMIT") else None
        offset = self._whole() if self._took("OFFSET") else 0
        if self._at < len(self._tokens):
            raise _malformed(f"unexpected token: '{self._tokens[self._at][1]}'")
        return Query(of, fields, count, matches, order, limit, offset)

    def _selected(self) -> tuple[list[str], bool]:
        names = [self._next("word")]
        if names[0].upper() == "COUNT" and self._took("("):
            self._sign(")")
            return [], True
        while self._took(","):
            names.append(self._next("word"))
        return names, False

    def _order(self) -> tuple[tuple[str, bool, bool], ...]:
        self._keyword("BY")
        keys = []
        while True:
            name = self._field(self._next("word"))
            descending = not self._took("ASC") and self._took("DESC")
            nulls_last = False
            if self._took("NULLS"):
                nulls_last = not self._took("FIRST")
                if nulls_last:
                    self._keyword("LAST")
            keys.append((name, descending, nulls_last))
            if not self._took(","):
                return tuple(keys)

    def _either(self) -> Test:
        """AND and OR may be mixed only with parentheses: Salesforce refuses anything else."""
        tests = [self._not()]
        word = "AND" if self._peek("AND") else "OR"
        while self._took(word):
            tests.append(self._not())
        if self._peek("AND") or self._peek("OR"):
            raise _malformed("unexpected token: AND and OR side by side need parentheses")
        if len(tests) == 1:
            return tests[0]
        if word == "AND":
            return lambda row: all(test(row) for test in tests)
        return lambda row: any(test(row) for test in tests)

    def _not(self) -> Test:
        if self._took("NOT"):
            inner = self._not()
            return lambda row: not inner(row)
        if self._took("("):
            inner = self._either()
            self._sign(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Test:
        name = self._field(self._next("word"))
        follow = self._follow
        if self._took("LIKE"):
            return _like(lambda row: follow(row, name), str(self._literal()))
        if self._took("NOT"):
            self._keyword("IN")
            return self._among(name, wanted=False)
        if self._took("IN"):
            return self._among(name, wanted=True)
        sign = self._next("sign")
        value = self._literal()
        compare = _COMPARISONS.get(sign)
        if compare is None:
            raise _malformed(f"unexpected token: '{sign}'")
        return lambda row: compare(_typed(follow(row, name), value), _comparable(value))

    def _among(self, name: str, *, wanted: bool) -> Test:
        self._sign("(")
        values = [self._literal()]
        while self._took(","):
            values.append(self._literal())
        self._sign(")")
        follow = self._follow
        among = {_comparable(value) for value in values}
        return lambda row: (_typed(follow(row, name), values[0]) in among) is wanted

    def _field(self, name: str) -> str:
        of, path = self._of, name.split(".")
        spelled = []
        for step in path[:-1]:
            through = of.by_relationship(step) if of else None
            target = sobject(through.refers_to) if through else None
            if through is None or target is None:
                raise Refused("INVALID_FIELD", f"Didn't understand relationship '{step}' in field path.")
            spelled.append(through.relationship)
            of = target
        field = known_field(of, path[-1]) if of else None
        if field is None:
            label = of.name if of else "?"
            raise Refused("INVALID_FIELD", f"No such column '{path[-1]}' on entity '{label}'.")
        return ".".join([*spelled, field.name])

    def _literal(self) -> Any:
        if self._at >= len(self._tokens):
            raise _malformed("unexpected end of query")
        kind, text = self._tokens[self._at]
        self._at += 1
        match kind:
            case "string":
                return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text[1:-1])
            case "number":
                return float(text)
            case "time":
                return instant(text)
            case "date":
                return datetime.fromisoformat(text).replace(tzinfo=UTC)
            case "word" if text.lower() in _WORDS:
                return _WORDS[text.lower()]
            case _:
                raise _malformed(f"unexpected token: '{text}'")

    def _whole(self) -> int:
        return int(self._next("number"))

    def _next(self, kind: str) -> str:
        if self._at >= len(self._tokens):
            raise _malformed("unexpected end of query")
        found, text = self._tokens[self._at]
        if found != kind:
            raise _malformed(f"unexpected token: '{text}'")
        self._at += 1
        return text

    def _peek(self, wanted: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at][1].upper() == wanted

    def _took(self, wanted: str) -> bool:
        if self._peek(wanted):
            self._at += 1
            return True
        return False

    def _keyword(self, wanted: str) -> None:
        if not self._took(wanted):
            raise _malformed(f"expecting {wanted}")

    _sign = _keyword


_WORDS: Mapping[str, Any] = {"null": None, "true": True, "false": False}


def _tokens(text: str) -> Iterable[tuple[str, str]]:
    at = 0
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _malformed(f"unexpected character '{text[at:].strip()[:1]}' at {at}")
        at = found.end()
        assert found.lastgroup is not None  # noqa: S101 - each alternative is named
        yield found.lastgroup, found[found.lastgroup]


def _malformed(why: str) -> Refused:
    return Refused("MALFORMED_QUERY", why)


def _always(_row: Row) -> bool:
    return True


def _comparable(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _typed(value: Any, like: Any) -> Any:
    """A stored value in the type of the literal that it is compared with."""
    if isinstance(value, str):
        return instant(value) if isinstance(like, datetime) else value.casefold()
    return value


def _like(read: Callable[[Row], Any], pattern: str) -> Test:
    """`%` is any run of characters, `_` one; without regard to case."""
    parts = [{"%": ".*", "_": "."}.get(letter, re.escape(letter)) for letter in pattern]
    matcher = re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
    return lambda row: matcher.fullmatch(str(read(row) or "")) is not None


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """A null is neither less nor more than anything."""
    return lambda left, right: left is not None and right is not None and compare(left, right)


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
    "<>": lambda left, right: bool(left != right),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
}
