"""Who calls: access tokens verified by users' JWK set and token floors, and live tickets redeemed by users."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jwt
from filmstudio.users.v1 import users_pb2

from services.gateway.problems import Refusal
from services.kit.errors import DependencyAway, RemoteError
from services.kit.identity import Caller
from services.kit.runtime import Periodic

if TYPE_CHECKING:
    from filmstudio.users.v1.users_pb2_grpc import UsersServiceAsyncStub

# an unknown key id may be a new key, or a forged token: asked for once in a while only
REFETCH_KEYS_S = 1.0
KEYS_FRESH_S = 300.0
FLOORS_EVERY_S = 1.0
_REQUIRED = ["sub", "role", "iss", "aud", "exp", "iat"]


@dataclass(frozen=True)
class Person:
    """A signed-in user, as the access token or the live ticket says."""

    user_id: str
    role: str
    # seconds since 1970 when the sign-in's token was issued
    issued_at: float

    @property
    def admin(self) -> bool:
        """An administrator."""
        return self.role == "admin"

    def caller(self, request_id: str = "") -> Caller:
        """As calls to services name them."""
        return Caller("gateway", self.user_id, self.admin, request_id)


def unauthenticated(detail: str) -> Refusal:
    """401, with what to do."""
    return Refusal("UNAUTHENTICATED", detail)


class Gatekeeper:
    """Verifies tokens offline. Keys and floors come from users; while users is away, what was last known holds."""

    def __init__(self, users: UsersServiceAsyncStub, issuer: str, audience: str) -> None:
        self._users = users
        self._issuer = issuer
        self._audience = audience
        self._jwks_json = ""
        self._keys: dict[str, Any] = {}
        self._keys_at = float("-inf")
        # user id → tokens issued before this time are refused
        self._floors: dict[str, float] = {}
        self._floors_known = False
        self._poll = Periodic("token floors", FLOORS_EVERY_S, self.read_floors)

    async def start(self) -> None:
        """Begin to follow the floors."""
        await self._poll.start()

    async def stop(self) -> None:
        """Stop following them."""
        await self._poll.stop()

    async def read_floors(self) -> None:
        """Ask users for the floors now: after an administrator's change there is no waiting for the next turn."""
        answer = await self._users.ListTokenFloors(users_pb2.ListTokenFloorsRequest())
        self._floors = {floor.user_id: _seconds(floor.not_before) for floor in answer.floors}
        self._floors_known = True

    async def hear_of_floors(self) -> None:
        """Ask for the floors now where users answers; what has been done stays done, and the next turn is soon."""
        with suppress(DependencyAway, RemoteError):
            await self.read_floors()

    async def jwks(self) -> str:
        """The public keys, RFC 7517, as JSON; DependencyAway where they were never read and users is away."""
        if time.monotonic() - self._keys_at > KEYS_FRESH_S:
            await self._read_keys()
        return self._jwks_json

    async def verify(self, token: str) -> Person:
        """The person an access token stands for; a Refusal (401) for any other token."""
        try:
            kid = jwt.get_unverified_header(token).get("kid", "")
        except jwt.InvalidTokenError:
            raise unauthenticated("the access token can't be read; sign in again") from None
        key = await self._key(str(kid))
        if key is None:
            raise unauthenticated("the access token was signed by an unknown key; sign in again")
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                issuer=self._issuer,
                audience=self._audience,
                leeway=2,
                options={"require": _REQUIRED},
            )
        except jwt.ExpiredSignatureError:
            raise unauthenticated("the access token has expired; refresh it or sign in again") from None
        except jwt.InvalidTokenError:
            raise unauthenticated("the access token is not valid; sign in again") from None
        person = Person(str(claims["sub"]), str(claims["role"]), float(claims["iat"]))
        if not self._floors_known:
            await self.read_floors()
        if not self.good(person):
            raise unauthenticated("the access token has been withdrawn; sign in again")
        return person

    def good(self, person: Person) -> bool:
        """False once an administrator has withdrawn what this person signed in with."""
        floor = self._floors.get(person.user_id)
        return floor is None or person.issued_at >= floor

    async def redeem(self, ticket: str) -> Person:
        """The person a live ticket stands for; a Refusal (401) where it is used up, expired or unknown (by RemoteError)."""
        answer = await self._users.RedeemLiveTicket(users_pb2.RedeemLiveTicketRequest(ticket=ticket))
        role = users_pb2.Role.Name(answer.role).removeprefix("ROLE_").lower()
        return Person(answer.user_id, role, time.time())

    async def _key(self, kid: str) -> Any:
        if time.monotonic() - self._keys_at > KEYS_FRESH_S or (
            kid not in self._keys and time.monotonic() - self._keys_at > REFETCH_KEYS_S
        ):
            await self._read_keys()
        return self._keys.get(kid)

    async def _read_keys(self) -> None:
        previous = self._keys_at
        # set before the answer: a hundred tokens with unknown keys ask once
        self._keys_at = time.monotonic()
        try:
            answer = await self._users.GetJwks(users_pb2.GetJwksRequest())
        except Exception:
            if not self._keys:
                self._keys_at = previous
                raise
            return
        self._jwks_json = answer.jwks_json
        self._keys = {
            item["kid"]: jwt.PyJWK.from_dict(item, algorithm="RS256").key
            for item in json.loads(answer.jwks_json)["keys"]
        }


def _seconds(timestamp: Any) -> float:
    return float(timestamp.seconds) + float(timestamp.nanos) / 1e9
