"""What the sandbox keeps: JSON documents in one SQLite file, and large bytes as files beside it."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    service TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    doc TEXT NOT NULL,
    UNIQUE (service, kind, id)
);
CREATE TABLE IF NOT EXISTS numbers (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


class Store:
    """Documents by (service, kind, id), in the order in which they were first put.

    Every call is committed when it returns, several together inside `together()`. One process writes; calls are made from
    its event loop, and take some 50 µs each. A document that was read is the caller's own copy: changes count once put.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self._db = sqlite3.connect(directory / "sandbox.sqlite3", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        # what a killed process has written is the kernel's to keep: only a power cut could lose it
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(SCHEMA)
        self._together = False

    def put(self, service: str, kind: str, id: str, doc: Mapping[str, Any]) -> None:
        """Keep `doc`, in the place of what had this id before."""
        self._db.execute(
            "INSERT INTO documents (service, kind, id, doc) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (service, kind, id) DO UPDATE SET doc = excluded.doc",
            (service, kind, id, json.dumps(doc, ensure_ascii=False, separators=(",", ":"))),
        )

    def get(self, service: str, kind: str, id: str) -> Json | None:
        """The document, or None."""
        row = self._db.execute(
            "SELECT doc FROM documents WHERE service = ? AND kind = ? AND id = ?", (service, kind, id)
        ).fetchone()
        return json.loads(row[0]) if row else None

    def list(self, service: str, kind: str, where: Mapping[str, str | int] | None = None) -> list[Json]:
        """All documents of a kind, oldest first; with `where` only those with these values at these paths ("a.b")."""
        sql = "SELECT doc FROM documents WHERE service = ? AND kind = ?"
        values: tuple[str | int, ...] = (service, kind)
        for path, value in (where or {}).items():
            sql += " AND json_extract(doc, ?) = ?"
            values += (f"$.{path}", value)
        return [json.loads(row[0]) for row in self._db.execute(f"{sql} ORDER BY position", values)]

    def kinds(self, service: str) -> tuple[str, ...]:
        """The kinds of which a service has documents."""
        rows = self._db.execute("SELECT DISTINCT kind FROM documents WHERE service = ? ORDER BY kind", (service,))
        return tuple(row[0] for row in rows)

    def count(self, service: str, kind: str) -> int:
        """How many documents of a kind there are."""
        row = self._db.execute("SELECT count(*) FROM documents WHERE service = ? AND kind = ?", (service, kind))
        return int(row.fetchone()[0])

    def delete(self, service: str, kind: str, id: str) -> bool:
        """Forget a document; False when there was none."""
        done = self._db.execute("DELETE FROM documents WHERE service = ? AND kind = ? AND id = ?", (service, kind, id))
        return done.rowcount > 0

    def next_number(self, name: str, step: int = 1) -> int:
        """The next number of a row that starts at 1: never the same twice, also after a restart."""
        row = self._db.execute(
            "INSERT INTO numbers (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = value + excluded.value RETURNING value",
            (name, step),
        )
        return int(row.fetchone()[0])

    def number(self, name: str) -> int:
        """The number last given, 0 before the first."""
        row = self._db.execute("SELECT value FROM numbers WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    @contextmanager
    def together(self) -> Iterator[None]:
        """All or nothing, and much faster for many. Don't await inside: others' calls would fall into it."""
        if self._together:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        self._together = True
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        else:
            self._db.execute("COMMIT")
        finally:
            self._together = False

    def file(self, service: str, name: str) -> Path:
        """Where a service keeps large bytes under this name (no folders in it)."""
        folder = self.directory / service
        folder.mkdir(exist_ok=True)
        return folder / name

    def close(self) -> None:
        """Close the file."""
        self._db.close()
