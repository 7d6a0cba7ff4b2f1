"""The worker's cache of files by their SHA-256: what one step writes, the next ones needn't download.

Files are handed out as hard links, so that dropping one from the cache takes it from nobody. Each is hashed again when
it is handed out: the children run as the same user, and what a stranger's film did to one must not reach another's.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections import OrderedDict
from pathlib import Path

from services.render_worker.leftovers import fresh_folder

_CHUNK_BYTES = 1 << 20


def sha256_of(path: Path) -> str:
    """The file's SHA-256, hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where the file system can't."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


class Cache:
    """A folder of files named by their hash, the least recently used dropped above the limit. Calls block: use threads."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        # hash → size, least recently used first
        self._sizes: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.RLock()
        self._drafts = fresh_folder(folder / "drafts")
        found = sorted(folder.glob("*.file"), key=lambda path: path.stat().st_mtime)
        for path in found:
            self._sizes[path.stem] = path.stat().st_size
        self._drop()

    @property
    def size_bytes(self) -> int:
        """What it holds."""
        return sum(self._sizes.values())

    def draft(self, name: str) -> Path:
        """Where a file may be written before it is known to be what it should be."""
        return self._drafts / name

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.file"

    def give(self, sha256: str, target: Path) -> bool:
        """Link the file to `target`; False when it isn't here or isn't what it was."""
        if sha256 not in self._sizes:
            return False
        try:
            link(self._path(sha256), target)
            intact = sha256_of(target) == sha256
        except OSError:
            intact = False
        if not intact:
            target.unlink(missing_ok=True)
            self.forget(sha256)
            return False
        with self._lock:
            if sha256 in self._sizes:
                self._sizes.move_to_end(sha256)
                os.utime(self._path(sha256))
        return True

    def keep(self, path: Path, sha256: str) -> None:
        """Keep a file whose hash the caller has just computed; it may be moved or deleted afterwards."""
        size = path.stat().st_size
        with self._lock:
            if sha256 in self._sizes or size > self._limit_bytes:
                return
            self._path(sha256).unlink(missing_ok=True)
            link(path, self._path(sha256))
            self._sizes[sha256] = size
            self._drop()

    def forget(self, sha256: str) -> None:
        """Drop one."""
        with self._lock:
            self._sizes.pop(sha256, None)
            self._path(sha256).unlink(missing_ok=True)

    def _drop(self) -> None:
        while self._sizes and self.size_bytes > self._limit_bytes:
            self.forget(next(iter(self._sizes)))
