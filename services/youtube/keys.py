"""The keys that tokens are sealed with: made, and rotated.

`python -m services.youtube.keys new` makes one, which seals from then on. `… rotate` makes one, seals every row anew under the
newest, and removes the keys that no row uses any more. Where keys are handed to the service by something else (a secret of the
cluster's), hand out the new one first, then `… rotate --no-new`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, inspect, select, union_all

from services.kit.db import Database
from services.kit.errors import DependencyAway
from services.kit.settings import SettingsError
from services.youtube import connection_repository as repository
from services.youtube.connection_models import Connection, Consent, Revocation
from services.youtube.vault import SUFFIX, KeyMissing, Sealed, Vault, VaultMismatch, make_key

# every table with something sealed in it
SEALED: tuple[type[Connection] | type[Consent] | type[Revocation], ...] = (Connection, Consent, Revocation)
BATCH = 200
# what was sealed with an older key just when a newer one came, and committed late, is found in the next round
ROUNDS = 3


@dataclass
class Rotation:
    """What has become of rows and keys."""

    key_id: str
    sealed_anew: int = 0
    # rows that couldn't be opened: damaged, or their key isn't there
    left: int = 0
    retired: list[str] = field(default_factory=list)
    # key id → rows that still need it
    kept: dict[str, int] = field(default_factory=dict)


async def rotate(database: Database, folder: Path, *, new: bool = True) -> Rotation:
    """Seal everything under the newest key, and remove the keys that are then unused. Safe beside a running service."""
    vault = Vault(folder)
    if new:
        make_key(folder)
    rotation = Rotation(vault.key_ids()[0])
    for _ in range(ROUNDS):
        rotation.left = 0
        for table in SEALED:
            await _seal_anew(database, vault, table, rotation)
        await _retire(database, vault, folder, rotation)
        if not rotation.kept:
            break
    return rotation


async def _seal_anew(database: Database, vault: Vault, table: type[Any], rotation: Rotation) -> None:
    """Row by row under its lock, a batch a transaction: a refresh that is under way finds its row as it left it."""
    key = inspect(table).primary_key[0]
    last: object = None
    while True:
        async with database.work() as work:
            query = select(table).where(table.key_id != rotation.key_id).order_by(key).limit(BATCH).with_for_update()
            if last is not None:
                query = query.where(key > last)
            rows = (await work.session.scalars(query)).all()
            for row in rows:
                try:
                    sealed = vault.rotate(Sealed(row.key_id, row.sealed))
                except (VaultMismatch, KeyMissing):
                    rotation.left += 1
                else:
                    row.key_id, row.sealed = sealed.key_id, sealed.data
                    rotation.sealed_anew += 1
        if not rows:
            return
        last = getattr(rows[-1], key.name)


async def _retire(database: Database, vault: Vault, folder: Path, rotation: Rotation) -> None:
    """Remove the keys that no row uses, while nobody can be sealing with one of them."""
    async with database.work() as work:
        await repository.retire_keys(work.session)
        rotation.kept = {}
        used = union_all(*(select(table.key_id) for table in SEALED)).subquery()
        counts = select(used.c.key_id, func.count()).where(used.c.key_id.is_not(None)).group_by(used.c.key_id)
        in_use: dict[str, int] = dict((await work.session.execute(counts)).all())
        for key_id in vault.key_ids():
            if key_id == rotation.key_id:
                continue
            if key_id in in_use:
                rotation.kept[key_id] = in_use[key_id]
            else:
                (folder / f"{key_id}{SUFFIX}").unlink()
                rotation.retired.append(key_id)


async def _command(folder: Path, *, new: bool) -> Rotation:
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise SettingsError("these settings are missing or wrong:\n  DATABASE_URL: Field required")
    database = Database("youtube", url, pool_size=1)
    try:
        return await rotate(database, folder, new=new)
    finally:
        await database.stop()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m services.youtube.keys", description="Keys of YouTube tokens.")
    parser.add_argument("action", choices=["new", "rotate"])
    parser.add_argument("--dir", type=Path, default=os.environ.get("YOUTUBE_TOKEN_KEYS_DIR"), help="their folder")
    parser.add_argument("--no-new", action="store_true", help="rotate to the newest key that is there, and make none")
    arguments = parser.parse_args()
    if arguments.dir is None:
        parser.error("name the folder: --dir, or YOUTUBE_TOKEN_KEYS_DIR in the environment")
    if arguments.action == "new":
        print(make_key(arguments.dir))  # noqa: T201 - a command prints
        return
    try:
        rotation = asyncio.run(_command(arguments.dir, new=not arguments.no_new))
    except DependencyAway as error:
        sys.exit(str(error))
    print(f"{rotation.sealed_anew} rows sealed anew with {rotation.key_id}")  # noqa: T201
    print(f"{len(rotation.retired)} keys removed, {len(rotation.kept)} kept")  # noqa: T201
    if rotation.left or rotation.kept:
        rows = "".join(f"\n  {key_id}: {count} rows" for key_id, count in rotation.kept.items())
        sys.exit(f"{rotation.left} rows could not be sealed anew; these keys are still needed:{rows}")


if __name__ == "__main__":
    main()
