"""What mail a user wants: read, chosen, ended by a link, and the consent to marketing that the CRM may change too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from uuid import UUID

from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.notifications import departed, events, mail_repository
from services.notifications.errors import TokenInvalid
from services.notifications.keys import Keyring
from services.notifications.mail_models import PREFERENCES, Preferences
from services.notifications.models import require_match


class MailPreferences:
    """The use cases of preferences, one transaction each."""

    def __init__(
        self, work: Callable[[], AbstractAsyncContextManager[Work]], keyring: Keyring, now: Now = utc_now
    ) -> None:
        self._work = work
        self._keyring = keyring
        self._now = now

    async def get(self, user_id: UUID) -> Preferences:
        """What the user wants."""
        async with self._work() as work:
            return await mail_repository.preferences(work.session, user_id)

    async def update(self, user_id: UUID, choices: Mapping[str, bool], if_match: str) -> Preferences:
        """What the user wants from now on. EtagMismatch."""
        async with self._work() as work:
            await departed.require_present(work, user_id)
            preferences = await mail_repository.locked_preferences(work.session, user_id)
            require_match(if_match, preferences.version)
            self._choose(work, preferences, choices)
        return preferences

    async def unsubscribe(self, token: str) -> str:
        """End the kind of mail that the token was made for; safe to repeat. Its name. TokenInvalid."""
        user_id, preference = self._keyring.read_unsubscribe_token(token)
        if preference not in PREFERENCES:
            raise TokenInvalid("this link is about a kind of mail that there is no more")
        async with self._work() as work:
            # nothing is kept of somebody who is gone; they get no mail anyhow
            if await departed.is_present(work, user_id):
                preferences = await mail_repository.locked_preferences(work.session, user_id)
                self._choose(work, preferences, {preference: False})
        telemetry.log().info("unsubscribed", user_id=str(user_id), preference=preference)
        return preference

    async def follow_consent(self, event_id: UUID, user_id: UUID, consent: bool, changed_at: datetime) -> None:
        """The CRM has another consent to marketing; it is taken unless ours is newer."""
        async with self._work() as work:
            if not await work.first_time(event_id) or not await departed.is_present(work, user_id):
                return
            preferences = await mail_repository.locked_preferences(work.session, user_id)
            if preferences.follow_consent(consent, changed_at, self._now()):
                work.save(events.preferences_changed(preferences))

    def _choose(self, work: Work, preferences: Preferences, choices: Mapping[str, bool]) -> None:
        if preferences.choose(choices, self._now()):
            work.save(events.preferences_changed(preferences))
