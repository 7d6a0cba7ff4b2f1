"""The SHA-256 of a film's beginning, as far as it has been sent."""

from __future__ import annotations

import hashlib


class Prefix:
    """Grows with the bytes that are added in order; those that come again, because they were sent again, are passed over."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self.length = 0

    def add(self, offset: int, data: bytes) -> None:
        """Bytes of the film from this offset on, which is not beyond what was added before."""
        if offset > self.length:
            raise ValueError(f"bytes from {offset} on, where {self.length} are known")
        if offset + len(data) > self.length:
            self._sha256.update(memoryview(data)[self.length - offset :])
            self.length = offset + len(data)

    def digest(self) -> str:
        """Of all that was added, in hex."""
        return self._sha256.hexdigest()

    def digest_at(self, length: int) -> str:
        """Of the first so many bytes, in hex; empty where others have been added since."""
        return self.digest() if length == self.length else ""
