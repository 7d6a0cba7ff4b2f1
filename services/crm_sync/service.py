"""What administrators do: look at it, have records pushed again, pause it and let it go on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from filmstudio.crm_sync.v1 import crm_sync_pb2 as pb

from services.crm_sync import events, repository
from services.crm_sync.models import CREDIT, OBJECTS, Control, Trouble
from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.kit.errors import Invalid, NotFound

FAILURES = 50
NOT_CONFIGURED = (
    "Salesforce isn't configured (SALESFORCE_CLIENT_ID): what happens is collected and goes there once it is"
)
_STATE = {
    Trouble.NONE: pb.CrmStatus.STATE_RUNNING,
    Trouble.LIMITED: pb.CrmStatus.STATE_LIMITED,
    Trouble.REFUSED: pb.CrmStatus.STATE_REFUSED,
    Trouble.AWAY: pb.CrmStatus.STATE_AWAY,
}


class CrmSync:
    """The administrators' use cases. `hurry` brings the next turn; `configured`: there is an org to speak with."""

    def __init__(
        self, work: Callable[[], AbstractAsyncContextManager[Work]], hurry: Callable[[], None], *, configured: bool,
        now: Now = utc_now,
    ) -> None:  # fmt: skip
        self._work = work
        self._hurry = hurry
        self._configured = configured
        self._now = now

    async def status(self) -> pb.CrmStatus:
        """How it stands, with the latest failures."""
        async with self._work() as work:
            control = await repository.control(work.session)
            figures = await repository.figures(work.session)
            failures = [
                *(events.erasure_proto(each) for each in await repository.failed_erasures(work.session, FAILURES)),
                *(events.grant_proto(each) for each in await repository.refused_grants(work.session, FAILURES)),
                *(events.record_proto(each) for each in await repository.failures(work.session, FAILURES)),
            ]
        failures.sort(key=lambda failure: -failure.update_time.ToNanoseconds())
        state, reason = self._state(control)
        status = pb.CrmStatus(
            state=state, reason=reason, pending=figures.pending, failed=figures.failed, synced=figures.synced,
            calls_used=control.calls_used, calls_limit=control.calls_limit, failures=failures[:FAILURES],
        )  # fmt: skip
        if figures.oldest_pending_at is not None:
            status.lag_seconds = max((self._now() - figures.oldest_pending_at).total_seconds(), 0.0)
        if control.last_push_at is not None:
            status.last_push_time.FromDatetime(control.last_push_at)
        if control.last_poll_at is not None:
            status.last_poll_time.FromDatetime(control.last_poll_at)
        if control.resume_at is not None and not control.paused and self._configured:
            status.resume_time.FromDatetime(control.resume_at)
        return status

    async def resync(self, object_name: str, external_id: str) -> int:
        """Have one record pushed again whether or not it differs, or all of them; how many. NotFound, Invalid."""
        if bool(object_name) != bool(external_id):
            raise Invalid("name object and external_id, or neither for everything", field="external_id")
        if object_name and object_name not in OBJECTS:
            raise Invalid(f"{object_name} is not one of {', '.join(OBJECTS)}", field="object")
        async with self._work() as work:
            now = self._now()
            if not object_name:
                count = await repository.reconsider_grants(work.session)
                count += await repository.push_all_again(work.session, now)
                await repository.erase_again(work.session, now)
            elif record := await repository.record(work.session, object_name, external_id):
                record.push_again(now)
                count = 1
            elif object_name == CREDIT and await repository.reconsider_grants(work.session, external_id):
                count = 1
            else:
                raise NotFound(f"{object_name} {external_id} was never wanted in Salesforce")
        telemetry.log().info("records are pushed again", records=count)
        self._hurry()
        return count

    async def pause(self) -> None:
        """Nothing is sent or asked until somebody resumes it; what happens is collected. Survives a restart."""
        await self._set_paused(paused=True)

    async def resume(self) -> None:
        """Go on now, without waiting for what it waited for: whoever says so has mended it."""
        await self._set_paused(paused=False)
        self._hurry()

    async def _set_paused(self, *, paused: bool) -> None:
        async with self._work() as work:
            control = await repository.control(work.session, locked=True)
            control.paused = paused
            if not paused and control.trouble != Trouble.LIMITED:
                control.trouble, control.reason, control.resume_at = Trouble.NONE, "", None
                control.unproven_logins = []
            elif not paused:
                control.resume_at = self._now()
        telemetry.log().info("paused" if paused else "resumed")

    def _state(self, control: Control) -> tuple[pb.CrmStatus.State.ValueType, str]:
        if not self._configured:
            return pb.CrmStatus.STATE_NOT_CONFIGURED, NOT_CONFIGURED
        if control.paused:
            return pb.CrmStatus.STATE_PAUSED, "paused by an administrator"
        return _STATE[Trouble(control.trouble)], control.reason
