"""An event becomes a message for those of its user's endpoints that want it, in the transaction of its consumer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from prometheus_client import Counter

from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.kit.ids import new_id
from services.notifications import event_types, payloads, repository
from services.notifications.models import Delivery, Message

_messages = Counter("webhook_messages", "Messages for which some endpoint waits", ["type"])


class Telling:
    """Makes messages and their deliveries. `wake` tells the lanes, after the commit, that something is due."""

    def __init__(self, wake: Callable[[], None], now: Now = utc_now, new_id: Callable[[], UUID] = new_id) -> None:
        self._wake = wake
        self._now = now
        self._new_id = new_id

    async def tell(
        self, work: Work, user_id: UUID, event_type: str, at: datetime, data: Callable[[], payloads.Json]
    ) -> int:
        """Write down who is to hear of the event; the body is made only if anybody is. How many endpoints."""
        listening = await repository.listening(work.session, user_id)
        wanting = [endpoint for endpoint in listening if event_types.wants(endpoint.events, event_type)]
        if not wanting:
            return 0
        now = self._now()
        message = Message(
            id=self._new_id(),
            user_id=user_id,
            event_type=event_type,
            body=payloads.body(event_type, at, data()),
            created_at=now,
        )
        work.save(message)
        # the deliveries' foreign key wants it to be there
        await work.session.flush()
        for endpoint in wanting:
            work.save(Delivery.of(self._new_id(), endpoint, message.id, event_type, now))
            endpoint.ring(now)
        work.after_commit(self._wake)
        _messages.labels(event_type).inc()
        return len(wanting)
