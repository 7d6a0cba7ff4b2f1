"""The mailbox, written to with aiosmtplib."""

import asyncio
import secrets
from email.message import EmailMessage

import aiosmtplib
import pytest


def letter(to, subject="Grüße aus der Küche", html="<p>The <b>kettle</b></p>"):
    message = EmailMessage()
    message["From"] = "AI Film Studio <studio@example.com>"
    message["To"] = to
    message["Subject"] = subject
    message["List-Unsubscribe"] = "<https://example.com/u?t=1>"
    message.set_content("Press https://example.com/verify?token=abc\n")
    message.add_alternative(html, subtype="html")
    return message


@pytest.fixture
def address():
    return f"{secrets.token_hex(6)}@example.com"


@pytest.fixture
def send(box):
    async def sent(message, **more):
        return await aiosmtplib.send(message, hostname="127.0.0.1", port=box.smtp_port, **more)

    return sent


async def kept(box, address):
    return [each for each in (await box.state("mail"))["records"].get("Message", []) if address in each["to"]]


async def test_a_letter_is_kept_with_all_that_it_says(box, send, address):
    await send(letter(address))
    [found] = await kept(box, address)
    assert (found["from"], found["to"], found["subject"]) == ("studio@example.com", [address], "Grüße aus der Küche")
    assert "verify?token=abc" in found["text"]
    assert "<b>kettle</b>" in found["html"]
    assert found["headers"]["List-Unsubscribe"] == "<https://example.com/u?t=1>"


async def test_letters_survive_kill_9(box, send, address):
    await send(letter(address))
    await box.restart()
    assert len(await kept(box, address)) == 1


@pytest.mark.parametrize("status", [550, 451])
async def test_a_recipient_is_refused_by_order(box, send, address, status):
    await box.fault("mail", address, f"status:{status}")
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await send(letter(address))
    assert refused.value.recipients[0].code == status
    assert await kept(box, address) == []
    await send(letter(address))
    assert len(await kept(box, address)) == 1


async def test_another_recipient_is_not_refused(box, send, address):
    await box.fault("mail", "somebody@example.com", "status:550")
    await send(letter(address))
    assert len(await kept(box, address)) == 1


async def test_a_letter_may_be_kept_without_an_answer(box, send, address):
    await box.fault("mail", address, "cut:1000000")
    with pytest.raises(aiosmtplib.SMTPException):
        await send(letter(address))
    assert len(await kept(box, address)) == 1


async def test_a_letter_that_is_cut_off_is_lost(box, send, address):
    await box.fault("mail", address, "cut:10")
    with pytest.raises(aiosmtplib.SMTPException):
        await send(letter(address))
    assert await kept(box, address) == []


async def test_a_late_answer_holds_nobody_else_up(box, send, address):
    await box.fault("mail", address, "late:1.5")
    slow = asyncio.create_task(send(letter(address), timeout=30))
    await send(letter("other@example.com"), timeout=1)
    assert not slow.done()
    slow.cancel()
    await asyncio.gather(slow, return_exceptions=True)


async def test_the_list_can_be_narrowed_to_a_recipient(box, send, address):
    await send(letter(address, subject="For one"))
    await send(letter("other@example.com", subject="For another"))
    page = (await box.http.get("/mail/", params={"to": address})).text
    assert "For one" in page
    assert "For another" not in page


async def test_a_letters_page_shows_its_text_with_links_and_its_html_apart(box, send, address):
    await send(letter(address, html="<script>alert(1)</script>hello"))
    [found] = await kept(box, address)
    page = (await box.http.get(f"/mail/messages/{found['id']}")).text
    assert 'href="https://example.com/verify?token=abc"' in page
    assert "alert(1)" not in page
    assert "<iframe" in page
    assert 'sandbox="' in page
    html = await box.http.get(f"/mail/messages/{found['id']}/html")
    assert html.headers["content-security-policy"].startswith("sandbox ")
    assert "allow-scripts" not in html.headers["content-security-policy"]


async def test_no_letter_is_404(box):
    assert (await box.http.get("/mail/messages/none")).status_code == 404
