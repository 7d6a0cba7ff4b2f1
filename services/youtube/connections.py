"""Connections: a user consents at Google, the channel is theirs to publish to; later they disconnect it, or are gone.

The network is always asked between two transactions, never within one.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from services.kit import paging, telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.kit.errors import DependencyAway, DomainError, Invalid, NotFound
from services.kit.housekeeping import KEPT_FOR
from services.kit.ids import new_id, parse_id
from services.youtube import connection_repository as repository
from services.youtube import departed, events
from services.youtube.connection_models import Channel, Connection, ConnectionState, Consent, Revocation, Tokens
from services.youtube.errors import NoQuota, NotConfigured, OAuthRefused, OAuthStateInvalid
from services.youtube.google_oauth import GoogleOAuth, Grant
from services.youtube.vault import Sealed, Vault, VaultMismatch
from services.youtube.youtube_errors import DayUsedUp, NotAllowed, Refused, Unauthorized

# consents a user may have open at once: an older one is forgotten
OPEN_CONSENTS = 10
# Google's codes have some 70 characters
MAX_CODE_CHARS = 2_048

OfConnection = Callable[[Work, Connection], Awaitable[None]]
OfUser = Callable[[Work, str], Awaitable[None]]


class Channels(Protocol):
    """YouTube, as far as connecting goes."""

    async def my_channel(self, token: str) -> Channel | None:
        """The channel that this access token is for; None where its account has none. Raises what `youtube_errors` names."""


@dataclass(frozen=True)
class Google:
    """What connecting needs of the world outside, all of it or nothing."""

    oauth: GoogleOAuth
    vault: Vault
    channels: Channels


class Connections:
    """The use cases of connections. `google` is None in an installation that has no OAuth client."""

    def __init__(
        self,
        work: Callable[[], AbstractAsyncContextManager[Work]],
        google: Google | None,
        state_lives: timedelta,
        now: Now = utc_now,
        next_id: Callable[[], UUID] = new_id,
        opaque: Callable[[], str] = lambda: secrets.token_urlsafe(48),
    ) -> None:
        """`opaque` gives 43 to 128 unguessable characters of the URL alphabet, as RFC 7636 wants verifiers."""
        self._work = work
        self._google = google
        self._state_lives = state_lives
        self._now = now
        self._new_id = next_id
        self._opaque = opaque
        self._established: list[OfConnection] = []
        self._disconnected: list[OfConnection] = []
        self._erased: list[OfUser] = []
        self._revoke: Callable[[], None] = lambda: None

    def on_establish(self, call: OfConnection) -> None:
        """Call this in the transaction that connects a channel, for the first time or again."""
        self._established.append(call)

    def on_disconnect(self, call: OfConnection) -> None:
        """Call this in the transaction that disconnects one."""
        self._disconnected.append(call)

    def on_erase(self, call: OfUser) -> None:
        """Call this in the transaction that removes a deleted user's connections, before they go."""
        self._erased.append(call)

    def on_revocation(self, wake: Callable[[], None]) -> None:
        """Call this after a commit that leaves a grant to be given back."""
        self._revoke = wake

    def _configured(self) -> Google:
        if self._google is None:
            raise NotConfigured
        return self._google

    async def start(self, user_id: str) -> tuple[str, str]:
        """The address of Google's page of consent, and its state. Asked again, there are two ways to the same end."""
        google = self._configured()
        state, nonce, verifier = self._opaque(), self._opaque(), self._opaque()
        state_hash, now = Consent.hash_of(state), self._now()
        async with self._work() as work:
            await departed.require_present(work, user_id)
            await repository.keep_keys(work.session)
            secret = {"nonce": nonce, "verifier": verifier}
            sealed = google.vault.seal(Consent.owner_of(user_id, state_hash), secret)
            consent = Consent(
                state_hash=state_hash,
                user_id=user_id,
                key_id=sealed.key_id,
                sealed=sealed.data,
                created_at=now,
                expires_at=now + self._state_lives,
            )
            await repository.keep_newest_consents(work.session, user_id, OPEN_CONSENTS - 1)
            work.save(consent)
        return google.oauth.authorization_url(state, nonce, verifier), state

    async def complete(self, state: str, code: str, error: str, user_id: str = "") -> Connection:
        """Google has sent the user back. The state says whose connection it is; it is used up whatever comes of it.

        `user_id` is the caller's, where known. OAuthStateInvalid, OAuthRefused, DependencyAway.
        """
        google = self._configured()
        async with self._work() as work:
            consent = await repository.use_consent(work.session, Consent.hash_of(state), self._now())
        if consent is None or user_id not in ("", consent.user_id):
            raise OAuthStateInvalid
        if error or not code:
            raise _refusal(error)
        if len(code) > MAX_CODE_CHARS:
            raise Invalid(f"code has more than {MAX_CODE_CHARS} characters", field="code")
        try:
            owner = Consent.owner_of(consent.user_id, consent.state_hash)
            secret = google.vault.open(owner, Sealed(consent.key_id, consent.sealed))
        except VaultMismatch as mismatch:
            telemetry.log().error("a consent's secrets can't be used", error=str(mismatch))
            raise OAuthStateInvalid from None
        grant = await google.oauth.exchange(code, secret["verifier"], secret["nonce"])
        try:
            grant.require_scopes()
            channel = await _channel(google.channels, grant.access.token)
            return await self._establish(google.vault, consent, grant, channel)
        except (DomainError, DependencyAway):
            with suppress(DependencyAway):
                await self._give_back(google.vault, grant)
            raise

    async def _establish(self, vault: Vault, consent: Consent, grant: Grant, channel: Channel) -> Connection:
        now = self._now()
        async with self._work() as work:
            # whoever is gone meanwhile has taken their consents with them
            present = await departed.is_present(work, consent.user_id)
            await repository.keep_keys(work.session)
            if not present or not await repository.end_consent(work.session, consent.state_hash):
                raise OAuthStateInvalid
            connection = await repository.connection_of_channel(work.session, consent.user_id, channel.id)
            if connection is None:
                connection = Connection.begin(self._new_id(), consent.user_id, channel.id, now)
            tokens = vault.seal(connection.owner, _tokens(grant).secret())
            connection.establish(channel, grant.subject, tokens, now)
            work.save(connection, events.connection_established(connection))
            for call in self._established:
                await call(work, connection)
        telemetry.log().info("channel connected", connection_id=str(connection.id), channel_id=channel.id)
        return connection

    async def _give_back(self, vault: Vault, grant: Grant) -> None:
        """Nothing came of this grant: it isn't left lying at Google."""
        async with self._work() as work:
            await repository.keep_keys(work.session)
            revocation_id = self._new_id()
            owner = f"revocation/{revocation_id}"
            sealed = vault.seal(owner, _tokens(grant).secret())
            work.save(Revocation.of(revocation_id, owner, grant.subject, sealed, self._now()))
            work.after_commit(self._revoke)

    async def required(self, work: Work, user_id: str, connection_id: str) -> Connection:
        """The user's connection, active or to be connected again; NotFound for any other."""
        key = parse_id(connection_id)
        connection = await repository.connection(work.session, user_id, key) if key else None
        if connection is None:
            raise NotFound("no such connection")
        return connection

    async def get(self, user_id: str, connection_id: str) -> Connection:
        """The user's connection."""
        async with self._work() as work:
            return await self.required(work, user_id, connection_id)

    async def page(self, user_id: str, page_size: int, page_token: str) -> tuple[Sequence[Connection], str]:
        """The user's connections, newest first, and the token of the next page."""
        size = paging.size(page_size)
        async with self._work() as work:
            rows = await repository.connections_page(work.session, user_id, paging.after(page_token), size + 1)
        return paging.cut(rows, size, [row.id for row in rows])

    async def disconnect(self, user_id: str, connection_id: str, if_match: str) -> None:
        """Forget the tokens now, and give the grant back at Google as soon as it answers. NotFound, EtagMismatch."""
        async with self._work() as work:
            found = await self.required(work, user_id, connection_id)
            connection = await repository.any_connection(work.session, found.id, locked=True)
            if connection is None or connection.state is ConnectionState.DISCONNECTED:
                raise NotFound("no such connection")
            connection.require_match(if_match)
            await self._disconnect(work, connection)
        telemetry.log().info("channel disconnected", connection_id=connection_id)

    async def _disconnect(self, work: Work, connection: Connection) -> None:
        now = self._now()
        if tokens := connection.sealed_tokens():
            revocation_id = self._new_id()
            work.save(Revocation.of(revocation_id, connection.owner, connection.google_subject, tokens, now))
            work.after_commit(self._revoke)
        connection.disconnect(now)
        work.save(events.connection_removed(connection))
        for call in self._disconnected:
            await call(work, connection)

    async def erase_user(self, event_id: UUID, user_id: str) -> None:
        """A user is deleted: their channels are disconnected, and nothing of them is kept."""
        async with self._work() as work:
            if not await work.first_time(event_id):
                return
            await departed.note(work, user_id, self._now())
            for connection in await repository.connections_of(work.session, user_id):
                if connection.state is not ConnectionState.DISCONNECTED:
                    await self._disconnect(work, connection)
            for call in self._erased:
                await call(work, user_id)
            await work.session.flush()
            await repository.erase_user(work.session, user_id)

    async def forget_expired(self) -> None:
        """Remove consents that nobody came back from, and the memory of users who left long ago."""
        async with self._work() as work:
            await repository.forget_consents(work.session, self._now())
            await departed.forget(work, self._now() - KEPT_FOR)


async def _channel(channels: Channels, token: str) -> Channel:
    """The channel of a grant that was just given. OAuthRefused, NoQuota, DependencyAway."""
    try:
        channel = await channels.my_channel(token)
    except DayUsedUp:
        raise NoQuota from None
    except (Unauthorized, NotAllowed, Refused) as error:
        telemetry.log().warning("a channel can't be read", error=repr(error))
        # so YouTube answers for accounts that never made a channel (reason youtubeSignupRequired), and for closed ones
        channel = None
    if channel is None:
        raise OAuthRefused(
            "this Google account has no YouTube channel that can be used; make one on YouTube, then connect again",
            "no_channel",
        )
    return channel


def _tokens(grant: Grant) -> Tokens:
    return Tokens(grant.access.token, grant.access.refresh_token, grant.access.expires_at)


def _refusal(error: str) -> OAuthRefused:
    if error == "access_denied":
        return OAuthRefused("you did not allow it, so nothing was connected", "access_denied")
    return OAuthRefused("Google did not let you through; connect the channel again", "google")
