"""What all shapes share."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _unicode(text: str) -> str:
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("half of a surrogate pair is no character")
    return text


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("the character U+0000 is not allowed")
    return text


def _moment(value: object) -> datetime:
    if isinstance(value, str) and _RFC_3339.fullmatch(value):
        try:
            # in UTC the first and last hours of all years may lie outside of them
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ValueError(f"no such time: {error}") from None
    raise ValueError("a time with its zone, RFC 3339: 2027-03-01T18:00:00Z")


# JSON can spell halves of surrogate pairs, which UTF-8 can't; said at the door.
Unicode = Annotated[str, AfterValidator(_unicode)]
# PostgreSQL keeps no U+0000 in text.
Text = Annotated[Unicode, AfterValidator(_without_nul)]
Id = Annotated[Text, Field(max_length=64, examples=["019283b0-5c7e-7a4e-9b1f-2f6f1d1c0a11"])]
# whoever speaks the language says whether it is one: 422 LANGUAGE_UNSUPPORTED names those that are
Language = Annotated[Text, Field(max_length=35, description="BCP 47", examples=["en", "hi"])]
# strict types would refuse any text for a time
Instant = Annotated[datetime, BeforeValidator(_moment), Field(examples=["2027-03-01T18:00:00Z"])]
# seconds as people read them: 12.5 rather than 12.499999
Rounded = Annotated[float, PlainSerializer(lambda value: round(value, 3), return_type=float)]

T = TypeVar("T")


class In(BaseModel):
    """Something sent to us: strict types, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Out(BaseModel):
    """Something we send."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Page(Out, Generic[T]):
    """A page of a list; `next_page_token` is empty on the last."""

    items: list[T]
    next_page_token: str = ""


class FieldError(Out):
    """One value that is not valid, by JSON pointer."""

    pointer: str = Field(examples=["/options/duration_s"])
    detail: str = Field(examples=["input should be less than or equal to 300"])


class Problem(Out):
    """A refusal or a failure, RFC 9457. Some codes add members: `needed` and `available`, `limit` and `allowed`, `job_id`, …"""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["A value is not valid"])
    status: int = Field(examples=[422])
    detail: str
    code: str = Field(examples=["VALIDATION_FAILED"])
    trace_id: str = Field(examples=["4bf92f3577b34da6a3ce929d0e0e4736"])
    errors: list[FieldError] | None = None


Moment = datetime
Json = dict[str, Any]
