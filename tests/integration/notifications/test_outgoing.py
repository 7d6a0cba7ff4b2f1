"""Requests to others' programs: real sockets, real TLS, a resolver that lies."""

import asyncio
import datetime
import errno
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from services.notifications.addresses import parse
from services.notifications.outgoing import EXCERPT_CHARS, Answer, Outgoing
from tests.integration.notifications.receiver import Receiver, receiving, reply
from tests.unit.notifications.test_addresses import FORBIDDEN

HOST = "hooks.example.com"


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context for a host, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem, key_pem = folder / f"{name}.pem", folder / f"{name}.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(pem, key_pem)
    return server, ssl.create_default_context(cafile=str(pem))


class Names:
    """A resolver of our own: what each question is answered with, in turn; the last answer stays."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int, slow: bool) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
async def plain() -> AsyncIterator[Receiver]:
    async with receiving() as listening:
        yield listening


async def post(outgoing: Outgoing, url: str, body: bytes = b"{}") -> Answer:
    return await outgoing(url, {"webhook-id": "m"}, body, slow=False)


@pytest.mark.parametrize("url", FORBIDDEN)
async def test_a_forbidden_address_is_never_connected_to(plain: Receiver, url: str) -> None:
    names = Names(["127.0.0.1"])
    here = url.replace(":8443", f":{plain.port}")
    answer = await post(Outgoing(names, timeout_s=2), here)
    assert (answer.status, plain.connections, names.asked) == (0, 0, [])


INSIDE = [
    "127.0.0.1", "127.8.8.8", "10.0.0.7", "172.20.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104 - nobody binds to it
    "224.0.0.1", "255.255.255.255", "168.63.129.16", "::1", "::", "::ffff:127.0.0.1", "::127.0.0.1", "fe80::1",
    "fe80::1%lo", "fd00:ec2::254", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::1", "ff02::1", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("inside", INSIDE)
async def test_a_name_that_leads_inside_is_never_connected_to(plain: Receiver, inside: str) -> None:
    for answers in ([inside], ["93.184.216.34", inside], [inside, "93.184.216.34"]):
        answer = await post(Outgoing(Names(answers), timeout_s=2), f"https://{HOST}:{plain.port}/")
        assert answer.status == 0
        assert "public addresses only" in answer.excerpt
    assert plain.connections == 0


async def test_a_name_that_is_rebound_between_attempts_gives_no_hit(plain: Receiver) -> None:
    # first a public address (nobody answers there: it is in none of our networks), then ours
    names = Names(["93.184.216.34"], ["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:127.0.0.1"])
    outgoing = Outgoing(names, timeout_s=0.3)
    await outgoing.addresses(parse(f"https://{HOST}:{plain.port}/"))
    for _ in range(6):
        assert (await post(outgoing, f"https://{HOST}:{plain.port}/")).status == 0
    assert plain.connections == 0


async def test_a_name_is_asked_once_an_attempt_and_what_was_checked_is_what_is_connected_to(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, HOST)
    async with receiving(tls=server) as listening, receiving("127.0.0.2", port=listening.port) as other:
        # a second question would lead to the other one
        names = Names(["127.0.0.1"], ["127.0.0.2"])
        outgoing = Outgoing(names, timeout_s=5, allow_loopback=True, tls=client)
        answer = await post(outgoing, f"https://{HOST}:{listening.port}/in?x=1", b'{"a":1}')
        assert (answer.status, names.asked, other.connections) == (200, [HOST], 0)
        [heard] = listening.heard
        # the name stays in TLS, where the certificate was checked against it, and in the request
        assert heard.headers["host"] == f"{HOST}:{listening.port}"
        assert (heard.path, heard.body, heard.headers["connection"]) == ("/in?x=1", '{"a":1}', "close")


async def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "other.example.com")
    async with receiving(tls=server) as listening:
        outgoing = Outgoing(Names(["127.0.0.1"]), timeout_s=5, allow_loopback=True, tls=client)
        answer = await post(outgoing, f"https://{HOST}:{listening.port}/")
        assert answer.status == 0
        assert "certificate is not trusted" in answer.excerpt
        assert listening.heard == []


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    server, _ = certificate(tmp_path, HOST)
    async with receiving(tls=server) as listening:
        answer = await post(
            Outgoing(Names(["127.0.0.1"]), timeout_s=5, allow_loopback=True), f"https://{HOST}:{listening.port}/"
        )
        assert answer.status == 0
        assert "certificate is not trusted" in answer.excerpt


async def test_the_next_address_is_tried_where_nobody_listens_at_the_first(plain: Receiver) -> None:
    outgoing = Outgoing(Names(["127.0.0.9", "127.0.0.1"]), timeout_s=5, allow_loopback=True)
    assert (await post(outgoing, f"http://localhost:{plain.port}/")).status == 200


async def test_the_next_address_is_tried_where_no_way_leads_to_the_first(
    plain: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = asyncio.open_connection

    async def without_ipv6(host: str, *args: Any, **named: Any) -> Any:
        if ":" in host:
            raise OSError(errno.ENETUNREACH, "Network is unreachable")
        return await connect(host, *args, **named)

    monkeypatch.setattr(asyncio, "open_connection", without_ipv6)
    outgoing = Outgoing(Names(["::1", "127.0.0.1"]), timeout_s=5, allow_loopback=True)
    assert (await post(outgoing, f"http://localhost:{plain.port}/")).status == 200


async def test_proxies_of_the_environment_are_not_used(plain: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert (await post(Outgoing(Names(["127.0.0.1"]), timeout_s=5, allow_loopback=True), plain.url)).status == 200
        assert (plain.connections, proxy.connections) == (1, 0)


async def test_cookies_are_not_kept(plain: Receiver) -> None:
    plain.says = lambda heard: reply(200, set_cookie="a=b")
    outgoing = Outgoing(Names(["127.0.0.1"]), timeout_s=5, allow_loopback=True)
    for _ in range(2):
        await post(outgoing, plain.url)
    assert all("cookie" not in heard.headers for heard in plain.heard)


async def test_one_that_never_answers_takes_its_time_and_no_more(plain: Receiver) -> None:
    plain.says = lambda heard: None
    answer = await post(Outgoing(Names(["127.0.0.1"]), timeout_s=0.3, allow_loopback=True), plain.url)
    assert (answer.status, answer.excerpt) == (0, "no answer within 0.3 s")
    assert 250 <= answer.duration_ms < 2000


async def test_one_that_answers_a_byte_at_a_time_takes_no_more_either() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
            while not writer.is_closing():
                writer.write(b".")
                await writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    answer = await post(Outgoing(Names(["127.0.0.1"]), timeout_s=0.3, allow_loopback=True), f"http://127.0.0.1:{port}/")
    assert (answer.status, answer.duration_ms < 2000) == (0, True)
    server.close()
    await server.wait_closed()


async def test_of_an_endless_answer_64_kib_are_read_and_its_status_counts() -> None:
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        try:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                writer.write(b"x\0" * 4096)
                await writer.drain()
                sent += 8192
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    answer = await post(Outgoing(Names(["127.0.0.1"]), timeout_s=5, allow_loopback=True), f"http://127.0.0.1:{port}/")
    # what the kernel's buffers took besides was never read
    assert (answer.status, len(answer.excerpt)) == (200, EXCERPT_CHARS)
    assert "\0" not in answer.excerpt
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", 0, "not HTTP"),
        (b"", 0, "not HTTP"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort", 0, "not HTTP"),
    ],
)
async def test_an_answer_that_is_none_is_told_as_such(plain: Receiver, said: bytes, status: int, words: str) -> None:
    plain.says = lambda heard: said
    answer = await post(Outgoing(Names(["127.0.0.1"]), timeout_s=5, allow_loopback=True), plain.url)
    assert answer.status == status
    assert words in answer.excerpt


async def test_nobody_listening_is_told_as_such() -> None:
    async with receiving() as gone:
        pass
    answer = await post(Outgoing(Names(["127.0.0.1"]), timeout_s=5, allow_loopback=True), gone.url)
    assert answer.status == 0
    assert answer.excerpt.startswith("no connection")
