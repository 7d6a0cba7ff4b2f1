"""Passwords: argon2id, and the one rule that a password must not be guessable.

Hashing and scoring take tens of milliseconds of CPU, so both run in a thread, a few at once at most.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import threading
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from services.kit.errors import Invalid

MIN_CHARS = 8
MAX_CHARS = 128
# zxcvbn's scale is 0 to 4; below 2 an online attack finds the password (under a million guesses)
LEAST_SCORE = 2
# the library refuses longer ones; what follows could only make a password stronger
_SCORED_CHARS = 72

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# zxcvbn puts the user's own words into a dictionary shared by the whole process
_scoring = threading.Lock()


def _judge(password: str, own_words: Sequence[str]) -> None:
    with _scoring:
        verdict = zxcvbn(password[:_SCORED_CHARS], user_inputs=list(own_words))
    if verdict["score"] < LEAST_SCORE:
        feedback = verdict["feedback"]
        why = [feedback["warning"].rstrip("."), *(suggestion.rstrip(".") for suggestion in feedback["suggestions"])]
        reasons = ". ".join(reason for reason in why if reason)
        raise Invalid(f"this password is too easy to guess. {reasons}".rstrip(". ") + ".", field="password")


class Passwords:
    """Hashes, verifies and judges passwords."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(max(2, os.cpu_count() or 2))
        # verified where there is no account, so that an unknown address takes as long as a wrong password
        self._nobodys_hash = _hasher.hash(secrets.token_urlsafe())

    async def require_good(self, password: str, email: str, name: str) -> None:
        """Invalid (field "password") unless it has 8 to 128 characters and isn't guessable, by these words neither."""
        if not MIN_CHARS <= len(password) <= MAX_CHARS:
            raise Invalid(f"a password has {MIN_CHARS} to {MAX_CHARS} characters", field="password")
        own_words = [word for word in (email, *email.split("@"), name, *name.split()) if word]
        async with self._places:
            await asyncio.to_thread(_judge, password, own_words)

    async def hash(self, password: str) -> str:
        """The argon2id hash to keep."""
        async with self._places:
            return await asyncio.to_thread(_hasher.hash, password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether it is the password. No hash (no such account): False, after as long a time."""
        async with self._places:
            return await asyncio.to_thread(self._verify, password, password_hash)

    def _verify(self, password: str, password_hash: str | None) -> bool:
        # a text longer than any password can't be one; it must not cost more than one either
        text = password[: MAX_CHARS + 1]
        try:
            _hasher.verify(password_hash or self._nobodys_hash, text)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    def outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return _hasher.check_needs_rehash(password_hash)
