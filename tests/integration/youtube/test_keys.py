"""Keys are rotated beside a running service, and go only when no row needs them."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta

import pytest

from services.youtube import keys
from services.youtube.vault import make_key
from tests.integration.youtube.conftest import House
from tests.support.eventually import eventually


@pytest.fixture(autouse=True)
async def alone(house: House) -> None:
    """Rows of other tests are sealed with keys of theirs."""
    for table in ("connections", "consents", "revocations"):
        await house.sql(f"DELETE FROM {table}")


def key_files(house: House) -> list[str]:
    return sorted(path.stem for path in house.keys.glob("*.key"))


async def test_rotating_seals_every_row_anew_and_removes_the_older_key(house: House) -> None:
    first, second = await house.connect(channel=1), await house.connect(channel=2)
    back = await house.consent()
    gone = await house.connect("ada")
    await house.connections.disconnect("ada", str(gone.id), "")
    before = await house.tokens(first.id)
    (old,) = key_files(house)

    rotation = await keys.rotate(house.database, house.keys)

    assert (rotation.sealed_anew, rotation.left, rotation.retired, rotation.kept) == (4, 0, [old], {})
    assert key_files(house) == [rotation.key_id]
    assert await house.tokens(first.id) == before
    assert await house.access.token(second.id)
    await house.connections.complete(back["state"], back["code"], "")
    await house.revocations.give_back()
    assert house.times("POST /youtube/revoke") == 1


async def test_many_rows_are_done_in_batches(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "BATCH", 2)
    for _ in range(5):
        await house.connections.start(house.user)

    assert (await keys.rotate(house.database, house.keys)).sealed_anew == 5


async def test_a_key_that_a_row_needs_stays(house: House) -> None:
    connection, damaged = await house.connect(channel=1), await house.connect(channel=2)
    await house.sql("UPDATE connections SET sealed = 'damaged' WHERE id = :id", id=damaged.id)
    (old,) = key_files(house)

    rotation = await keys.rotate(house.database, house.keys)

    assert (rotation.left, rotation.retired, rotation.kept) == (1, [], {old: 1})
    assert key_files(house) == [old, rotation.key_id]
    assert await house.access.token(connection.id)


async def test_a_key_that_was_handed_out_is_rotated_to(house: House) -> None:
    await house.connect()
    (old,) = key_files(house)
    newest = make_key(house.keys)

    rotation = await keys.rotate(house.database, house.keys, new=False)

    assert rotation.key_id == newest
    assert rotation.retired == [old]


async def test_tokens_refreshed_during_rotations_can_be_read_afterwards(house: House) -> None:
    connections = [await house.connect(f"user-{number}") for number in range(4)]
    done = asyncio.Event()

    async def use(number: int) -> int:
        times = 0
        while not done.is_set():
            house.clock.now += timedelta(hours=1)
            await house.another_process().token(connections[number].id)
            times += 1
        return times

    using = [asyncio.create_task(use(number)) for number in range(4)]
    for _ in range(5):
        rotation = await keys.rotate(house.database, house.keys)
        assert rotation.left == 0
    done.set()

    assert min(await asyncio.gather(*using)) > 0
    for connection in connections:
        assert await house.tokens(connection.id)
    await keys.rotate(house.database, house.keys)
    assert len(key_files(house)) == 1


async def test_what_is_sealed_while_keys_are_rotated_keeps_its_key(house: House) -> None:
    """A transaction that sealed with the older key, and is not over yet when the newer one comes."""
    async with house.database.work() as work:
        await keys.repository.keep_keys(work.session)
        sealed = house.google.vault.seal("consent/late/00", {"verifier": "v", "nonce": "n"})
        rotating = asyncio.create_task(keys.rotate(house.database, house.keys))
        await eventually(lambda: len(key_files(house)) == 2)
        await asyncio.wait({rotating}, timeout=0.2)
        assert not rotating.done()
        work.save(
            keys.Consent(
                state_hash=b"\0", user_id="late", key_id=sealed.key_id, sealed=sealed.data,
                created_at=house.clock(), expires_at=house.clock(),
            )
        )  # fmt: skip

    rotation = await rotating
    assert (rotation.sealed_anew, rotation.kept) == (1, {})
    assert key_files(house) == [rotation.key_id]


async def command(house: House, *arguments: str) -> tuple[int, str]:
    """The command as an operator runs it."""
    environment = {**os.environ, "DATABASE_URL": house.database.url, "YOUTUBE_TOKEN_KEYS_DIR": str(house.keys)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.youtube.keys", *arguments,
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_the_command_makes_and_rotates_keys(house: House) -> None:
    connection = await house.connect()
    code, output = await command(house, "new")
    assert (code, output.strip()) == (0, key_files(house)[-1])

    code, output = await command(house, "rotate")

    assert code == 0, output
    assert "1 rows sealed anew" in output
    assert "2 keys removed, 0 kept" in output
    assert await house.access.token(connection.id)


async def test_the_command_says_when_a_key_is_still_needed(house: House) -> None:
    connection = await house.connect()
    await house.sql("UPDATE connections SET sealed = 'damaged' WHERE id = :id", id=connection.id)
    (old,) = key_files(house)

    code, output = await command(house, "rotate")

    assert code == 1
    assert f"{old}: 1 rows" in output
