"""Tokens: signed access tokens, and opaque ones of which only the SHA-256 is kept."""

from __future__ import annotations

import hashlib
import math
import secrets
from datetime import datetime

import jwt

from services.kit.ids import new_id
from services.users.keys import Keys
from services.users.models import User


def opaque() -> str:
    """A fresh random token of 256 bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What is kept of an opaque token. It is random, so a plain hash can't be reversed by guessing."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


class AccessTokens:
    """Issues access tokens: RS256 JWTs with sub, role, subscription_tier, iss, aud, iat, exp, jti."""

    def __init__(self, keys: Keys, issuer: str, audience: str, lives_s: int) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self.lives_s = lives_s

    def wait_s(self, user: User, now: datetime) -> float:
        """Seconds until a token issued to this user would be above its floor; nearly always 0."""
        if user.not_before is None:
            return 0.0
        return max(0.0, (user.not_before - now).total_seconds())

    def issue(self, user: User, now: datetime) -> str:
        """A token for this user, from now on."""
        issued = math.floor(now.timestamp())
        key = self._keys.signing()
        claims = {
            "sub": str(user.id),
            "role": user.role.value,
            "subscription_tier": user.subscription_tier,
            "iss": self._issuer,
            "aud": self._audience,
            "iat": issued,
            "exp": issued + self.lives_s,
            "jti": str(new_id()),
        }
        return jwt.encode(claims, key.private, algorithm="RS256", headers={"kid": key.kid})
