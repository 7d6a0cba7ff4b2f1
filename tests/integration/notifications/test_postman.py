"""Mails: to whom they go, when they are tried again, when they end, over a mail server in memory and a real one."""

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiosmtpd.smtp import SMTP
from filmstudio.ai_jobs.v1 import events_pb2 as jobs
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.users.v1 import events_pb2 as users
from filmstudio.users.v1 import users_pb2

from services.notifications.errors import TokenInvalid
from services.notifications.smtp import Refused, SmtpServer, TryLater
from services.notifications.users_client import Addressee
from tests.integration.notifications.house import House


def film(user: UUID, title: str = "Gull Rock") -> jobs.JobSucceeded:
    return jobs.JobSucceeded(
        job=jobs_pb2.Job(
            id=str(uuid4()), user_id=str(user), kind=jobs_pb2.JOB_KIND_VIDEO, project_title=title,
            outputs=[jobs_pb2.JobOutput(kind="film", duration_s=60)],
        )
    )  # fmt: skip


def reset(user: UUID) -> users.MailRequested:
    return users.MailRequested(user_id=str(user), purpose=users_pb2.MAIL_PURPOSE_RESET_PASSWORD)


async def state(house: House, user: UUID) -> str:
    [mail] = await house.mails(user)
    return str(mail.state)


async def test_a_mail_goes_to_the_address_that_users_gives_and_is_forgotten_but_for_its_kind(house: House) -> None:
    user = house.person()
    await house.tell(film(user))
    assert await house.postman.deliver() == 1
    [(recipient, message)] = house.mail_server.taken
    assert recipient == house.people.known[user].email
    assert message["To"] == f"Asha <{recipient}>"
    assert message["Subject"] == "Your film is ready: Gull Rock"
    [mail] = await house.mails(user)
    assert (mail.state, mail.params) == ("sent", {})
    assert message["Message-ID"] == f"<{mail.id}@example.com>"
    assert await house.postman.deliver() == 0


async def test_no_address_and_no_token_lies_in_the_database(house: House) -> None:
    user = house.person()
    house.mail_server.refusals = [Refused("550: the address was refused", code=550, no_mailbox=True)]
    await house.tell(film(user))
    await house.tell(reset(user))
    await house.postman.deliver()
    email = house.people.known[user].email
    for table in ("mails", "suppressions", "preferences", "outbox", "requests"):
        rows = repr(await house.rows(f"SELECT t::text FROM {table} t"))
        assert email not in rows
        assert not any(token in rows for token in house.people.tokens)


async def test_a_token_is_fetched_when_the_mail_is_sent_and_afresh_when_it_is_sent_again(house: House) -> None:
    user = house.person()
    house.mail_server.refusals = [TryLater("421: busy")]
    await house.tell(reset(user))
    await house.postman.deliver()
    house.clock.advance(seconds=30)
    await house.postman.deliver()
    [(_, message)] = house.mail_server.taken
    assert "/reset?token=token-2" in message.get_body(("plain",)).get_content()
    assert message["List-Unsubscribe"] is None


async def test_a_mail_server_that_is_away_is_tried_again_until_the_mail_expires(house: House) -> None:
    user = house.person()
    house.mail_server.refusals = [TryLater("the mail server is away")] * 10_000
    await house.tell(film(user))
    for wait_s in (0, 30, 120, 120):
        house.clock.advance(seconds=wait_s - 1)
        before = (await house.mails(user))[0].attempts
        await house.postman.deliver()
        if wait_s:
            assert (await house.mails(user))[0].attempts == before
        house.clock.advance(seconds=1)
        await house.postman.deliver()
        assert (await house.mails(user))[0].attempts == before + 1
    house.clock.advance(days=1)
    await house.postman.deliver()
    assert await state(house, user) == "expired"


async def test_a_reset_mail_expires_with_the_hour_that_its_link_would_be_good_for(house: House) -> None:
    user = house.person()
    house.mail_server.refusals = [TryLater("away")]
    await house.tell(reset(user))
    await house.postman.deliver()
    house.clock.advance(hours=1)
    await house.postman.deliver()
    assert await state(house, user) == "expired"
    assert house.mail_server.taken == []


async def test_without_anybody_to_send_them_mails_expire(house: House) -> None:
    user = house.person()
    await house.tell(film(user))
    await house.upkeep.sweep()
    assert await state(house, user) == "waiting"
    house.clock.advance(days=1)
    await house.upkeep.sweep()
    assert await state(house, user) == "expired"


async def test_users_being_away_is_no_failure_of_the_mail(house: House) -> None:
    user = house.person()
    house.people.away = True
    await house.tell(film(user))
    await house.postman.deliver()
    [mail] = await house.mails(user)
    assert (mail.state, mail.attempts) == ("waiting", 0)
    house.people.away = False
    house.clock.advance(seconds=15)
    await house.postman.deliver()
    assert await state(house, user) == "sent"


async def test_nobody_gets_a_mail_who_is_gone_or_suspended_or_wants_it_no_more(house: House) -> None:
    gone, suspended, unsubscribed = uuid4(), house.person(suspended=True), house.person()
    for user in (gone, suspended, unsubscribed):
        await house.tell(film(user))
    await house.preferences.update(unsubscribed, {"film_ready": False}, "")
    await house.postman.deliver()
    for user in (gone, suspended, unsubscribed):
        assert await state(house, user) == "skipped"
    assert house.mail_server.taken == []


async def test_an_address_that_was_refused_for_good_gets_nothing_more_unless_its_owner_asks(house: House) -> None:
    user = house.person()
    house.mail_server.refusals = [Refused("550: the address was refused", code=550, no_mailbox=True)]
    await house.tell(film(user))
    await house.postman.deliver()
    await house.tell(film(user))
    await house.postman.deliver()
    assert [mail.state for mail in await house.mails(user)] == ["refused", "skipped"]

    await house.tell(reset(user))
    await house.postman.deliver()
    # it was taken, so the address is good again
    await house.tell(film(user))
    await house.postman.deliver()
    assert [mail.state for mail in await house.mails(user)][2:] == ["sent", "sent"]


async def test_another_address_of_the_same_user_is_tried(house: House) -> None:
    user = house.person()
    house.mail_server.refusals = [Refused("550", code=550, no_mailbox=True)]
    await house.tell(film(user))
    await house.postman.deliver()
    house.people.known[user] = Addressee("new@example.com", "Asha", "en")
    await house.tell(film(user))
    await house.postman.deliver()
    assert [recipient for recipient, _ in house.mail_server.taken] == ["new@example.com"]


async def test_a_mail_that_is_refused_for_its_content_suppresses_nobody(house: House) -> None:
    user = house.person()
    house.mail_server.refusals = [Refused("554: the mail was refused", code=554, no_mailbox=False)]
    await house.tell(film(user))
    await house.postman.deliver()
    await house.tell(film(user))
    await house.postman.deliver()
    assert [mail.state for mail in await house.mails(user)] == ["refused", "sent"]


async def test_a_killed_process_has_its_mail_sent_again_under_its_id(house: House) -> None:
    user = house.person()
    never = asyncio.Event()
    reached = asyncio.Event()
    taken: list[Any] = []

    class Dying:
        async def hand_over(self, message: Any, recipient: str) -> None:
            taken.append(message)
            reached.set()
            await never.wait()

    real, house.postman._server = house.postman._server, Dying()
    await house.tell(film(user))
    dying = asyncio.create_task(house.postman._send((await house.postman._claim())[0]))
    await reached.wait()
    dying.cancel()
    house.postman._server = real
    assert await house.postman.deliver() == 0
    house.clock.advance(seconds=121)
    assert await house.postman.deliver() == 1
    assert house.mail_server.taken[0][1]["Message-ID"] == taken[0]["Message-ID"]


async def test_an_unsubscribe_link_works_without_signing_in_and_ends_its_kind_alone(house: House) -> None:
    user = house.person()
    await house.tell(film(user))
    await house.postman.deliver()
    [(_, message)] = house.mail_server.taken
    link = message["List-Unsubscribe"]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link.startswith("<https://studio.example.com/api/v1/unsubscribe?token=")
    token = link.strip("<>").partition("token=")[2].replace("%3D", "=")
    for _ in range(2):
        assert await house.preferences.unsubscribe(token) == "film_ready"
    preferences = await house.preferences.get(user)
    assert (preferences.film_ready, preferences.film_failed, preferences.version) == (False, True, 1)
    with pytest.raises(TokenInvalid):
        await house.preferences.unsubscribe(token[:-2] + "xx")


class Mailbox:
    """What a real SMTP server took, and what it says to recipients."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.recipients: list[str] = []
        self.rcpt = "250 OK"
        self.data = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - see above
        self.mails.append(envelope.content)
        self.recipients += envelope.rcpt_tos
        return self.data


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, SmtpServer]]:
    box = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box, enable_SMTPUTF8=True), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield box, SmtpServer("127.0.0.1", port, "none", "", "", "studio@example.com", 5)
    server.close()
    await server.wait_closed()


async def test_a_mail_arrives_over_smtp_whole_and_in_its_readers_language(
    house: House, mailbox: tuple[Mailbox, SmtpServer]
) -> None:
    box, house.postman._server = mailbox
    user = house.person("de-AT")
    await house.tell(film(user, "Möwenfels 🎬"))
    await house.postman.deliver()
    message = message_from_bytes(box.mails[0], policy=default)
    assert box.recipients == [house.people.known[user].email]
    assert message["Subject"] == "Dein Film ist fertig: Möwenfels 🎬"
    plain, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "„Möwenfels 🎬“ ist fertig." in plain
    assert "„Möwenfels 🎬“ ist fertig." in html
    assert message["Auto-Submitted"] == "auto-generated"
    assert await state(house, user) == "sent"


async def test_what_a_mail_server_says_is_understood(house: House, mailbox: tuple[Mailbox, SmtpServer]) -> None:
    box, house.postman._server = mailbox
    said = [
        ("550 5.1.1 <a@example.com> unknown", "250 OK", "refused", "550: the address was refused"),
        ("450 4.2.1 later, a@example.com", "250 OK", "waiting", "450: the address can't be reached just now"),
        ("250 OK", "554 5.7.1 we think not", "refused", "554: the mail was refused"),
        ("250 OK", "451 greylisted", "waiting", "451: the mail was not taken"),
    ]
    for rcpt, data, expected, why in said:
        box.rcpt, box.data = rcpt, data
        user = house.person()
        await house.tell(film(user))
        await house.postman.deliver()
        [mail] = await house.mails(user)
        # the server's own words name addresses, and are kept nowhere
        assert (mail.state, mail.error) == (expected, why)


async def test_a_mail_server_that_is_not_there_or_offers_no_tls_is_tried_later(
    house: House, mailbox: tuple[Mailbox, SmtpServer]
) -> None:
    _, server = mailbox
    clear = SmtpServer("127.0.0.1", server._port, "starttls", "", "", "studio@example.com", 5)
    nobody = SmtpServer("127.0.0.1", 1, "none", "", "", "studio@example.com", 5)
    for other in (clear, nobody):
        house.postman._server = other
        user = house.person()
        await house.tell(film(user))
        await house.postman.deliver()
        assert await state(house, user) == "waiting"


@pytest.mark.parametrize(
    ("pause_s", "state", "why"), [(0.3, "waiting", "the mail server is away: TimeoutError"), (0.0, "sent", "")]
)
async def test_a_mail_server_has_its_time_for_all_steps_together_and_what_it_took_is_sent_without_a_farewell(
    house: House, pause_s: float, state: str, why: str
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pauses before each answer, and gives none to QUIT."""
        in_data = False
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            if in_data and line != b".\r\n":
                continue
            verb, in_data = line.split()[0].upper(), line.split()[0].upper() == b"DATA"
            await asyncio.sleep(pause_s)
            if verb != b"QUIT":
                writer.write(b"354 go on\r\n" if in_data else b"250 fine\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    house.postman._server = SmtpServer("127.0.0.1", port, "none", "", "", "studio@example.com", 0.8)
    user = house.person()
    await house.tell(film(user))
    await house.postman.deliver()
    [mail] = await house.mails(user)
    assert (mail.state, mail.error) == (state, why)
    server.close()
    await server.wait_closed()
