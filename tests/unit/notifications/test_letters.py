"""Letters: every language says the same, text and HTML alike, and nothing from outside gets where it doesn't belong."""

import html
import json
import re
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.notifications.letters import LANGUAGES, Letter, Writer, catalog, compose, languages, placeholders, spoken
from services.notifications.mail_models import MailKind
from services.notifications.users_client import Addressee

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MAIL_ID = UUID("0192f0c1-0000-7000-8000-000000000001")
SENDER = "AI Film Studio <studio@example.com>"
PARAMS = {
    "title": "Gull Rock", "duration_s": "75", "credits": "3", "reason": "no light", "amount": "15.00 USD",
    "plan": "pro", "until": "2026-12-01", "channel": "My channel", "host": "hooks.example.com", "description": "Ours",
}  # fmt: skip


def write(kind: MailKind, language: str = "en", name: str = "Asha", **params: str) -> Letter:
    to = Addressee("asha@example.com", name, language, token="the-token" if kind.preference is None else "")
    unsubscribe = "un-token" if kind.preference else ""
    return Writer("https://studio.example.com/").write(kind, to, "job-1", {**PARAMS, **params}, unsubscribe)


def shape(words: object) -> object:
    """The keys, and of each text what it has to be given."""
    match words:
        case dict():
            return {key: shape(value) for key, value in words.items()}
        case list():
            return [shape(item) for item in words]
        case str():
            return sorted(placeholders(words))
    raise AssertionError(words)


@pytest.mark.parametrize("language", languages())
def test_every_catalog_has_the_same_keys_with_the_same_placeholders(language: str) -> None:
    words, english = catalog(language), catalog("en")
    assert shape({**words, "direction": ""}) == shape({**english, "direction": ""})
    assert set(words["mails"]) == {kind.value for kind in MailKind}


def test_the_languages_are_at_least_those_that_are_promised() -> None:
    assert {"en", "es", "fr", "de", "pt", "it", "hi", "ar"} <= set(languages())


@pytest.mark.parametrize("language", [name for name in languages() if name != "en"])
def test_nothing_is_left_in_english(language: str) -> None:
    words, english = catalog(language), catalog("en")
    for kind in english["mails"]:
        assert words["mails"][kind]["subject"] != english["mails"][kind]["subject"]
        assert not set(words["mails"][kind]["lines"]) & set(english["mails"][kind]["lines"])


@pytest.mark.parametrize(
    ("asked", "language"), [("pt-BR", "pt"), ("DE_at", "de"), ("ar", "ar"), ("xx", "en"), ("", "en"), ("../en", "en")]
)
def test_a_language_is_found_by_its_base_or_english_is(asked: str, language: str) -> None:
    assert spoken(asked) == language


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", list(MailKind))
def test_text_and_html_have_the_same_content(kind: MailKind, language: str) -> None:
    letter = write(kind, language)
    body = letter.html.partition("<body")[2].partition(">")[2]
    seen = html.unescape(re.sub(r"<[^>]+>", "\n", body))
    words = {line.strip() for line in seen.splitlines() if line.strip()}
    for line in words - {"AI Film Studio", catalog(language)["copy_link"]}:
        assert line in letter.text
    for link in re.findall(r'href="([^"]+)"', body):
        assert html.unescape(link) in letter.text
    assert "{" not in letter.text


def test_the_links_lead_to_the_studio() -> None:
    assert "https://studio.example.com/verify?token=the-token" in write(MailKind.VERIFY_EMAIL).text
    assert "https://studio.example.com/api/v1/auth/email/verify" in write(MailKind.VERIFY_EMAIL).text
    assert "https://studio.example.com/reset?token=the-token" in write(MailKind.RESET_PASSWORD).text
    assert "https://studio.example.com/api/v1/auth/password/reset" in write(MailKind.RESET_PASSWORD).text
    assert "https://studio.example.com/api/v1/jobs/job-1/outputs/film" in write(MailKind.FILM_READY).text


def test_a_line_that_needs_what_is_not_known_is_left_out() -> None:
    assert "no light" in write(MailKind.FILM_FAILED).text
    without = write(MailKind.FILM_FAILED, reason="").text
    assert "reason" not in without
    assert "Gull Rock" in without


def test_a_length_is_told_in_minutes() -> None:
    assert "1:15 minutes" in write(MailKind.FILM_READY).text


def test_arabic_runs_from_right_to_left() -> None:
    assert '<html lang="ar" dir="rtl">' in write(MailKind.FILM_READY, "ar").html


def test_markup_in_a_title_stays_text() -> None:
    letter = write(MailKind.FILM_READY, title='<script>alert("x")</script>{token}')
    assert "<script>" not in letter.html
    assert '<script>alert("x")</script>{token}' in letter.text


@pytest.mark.parametrize("kind", list(MailKind))
def test_all_but_security_mails_can_be_ended_by_one_click(kind: MailKind) -> None:
    letter = write(kind)
    message = compose(letter, MAIL_ID, SENDER, Addressee("asha@example.com", "Asha", "en"), NOW)
    if kind in (MailKind.VERIFY_EMAIL, MailKind.RESET_PASSWORD):
        assert message["List-Unsubscribe"] is None
        assert "unsubscribe" not in letter.text
    else:
        assert message["List-Unsubscribe"] == "<https://studio.example.com/api/v1/unsubscribe?token=un-token>"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "https://studio.example.com/unsubscribe?token=un-token" in letter.text


def test_a_mail_names_its_sender_reader_time_and_itself() -> None:
    message = compose(write(MailKind.FILM_READY), MAIL_ID, SENDER, Addressee("asha@example.com", "Asha, R.", "en"), NOW)
    assert message["From"] == "AI Film Studio <studio@example.com>"
    assert message["To"] == '"Asha, R." <asha@example.com>'
    assert message["Date"] == "Sat, 21 Nov 2026 12:00:00 +0000"
    assert message["Message-ID"] == f"<{MAIL_ID}@example.com>"
    assert message.get_content_type() == "multipart/alternative"


def test_a_mail_says_which_language_it_is_in() -> None:
    letter = write(MailKind.FILM_READY, "hi")
    message = compose(letter, MAIL_ID, SENDER, Addressee("asha@example.com", "Asha", "hi"), NOW)
    assert message["Content-Language"] == "hi"


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x00", "\u2028", "\x0b", "\x85"])
def test_no_header_can_be_added_by_a_name_or_a_title(break_: str) -> None:
    evil = f"x{break_}Bcc: all@example.com"
    letter = write(MailKind.FILM_READY, title=evil.replace(break_, " "), name=evil)
    message = compose(letter, MAIL_ID, SENDER, Addressee("asha@example.com", evil, "en"), NOW)
    assert message["Bcc"] is None
    head = message.as_bytes().partition(b"\r\n\r\n")[0].decode()
    assert not re.search(r"^bcc:", head, re.IGNORECASE | re.MULTILINE)


@pytest.mark.parametrize(
    "address", ["a@example.com\r\nBcc: b@example.com", "a@example.com, b@example.com", "", "nobody"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the mail library's own, in several kinds
        compose(write(MailKind.FILM_READY), MAIL_ID, SENDER, Addressee(address, "A", "en"), NOW).as_bytes()


def test_a_subject_is_cut_where_it_runs_on() -> None:
    assert len(write(MailKind.FILM_READY, title="x" * 300).subject) == 150


def test_the_catalogs_are_json_that_people_can_edit() -> None:
    for path in LANGUAGES.glob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"
