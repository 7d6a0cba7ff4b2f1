"""What YouTube answers when it doesn't do what it was asked, sorted by what is to be done about it.

Reasons: https://developers.google.com/youtube/v3/docs/errors. A message of YouTube's is shown to the user, cut short; nothing
that we sent is in ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from services.kit.errors import DependencyAway

DEPENDENCY = "youtube"
MAX_MESSAGE_CHARS = 300
_DAY_USED_UP = {"quotaExceeded", "dailyLimitExceeded"}
_CHANNEL_USED_UP = {"uploadLimitExceeded"}
_SLOW_DOWN = {"rateLimitExceeded", "userRateLimitExceeded", "uploadRateLimitExceeded", "backendError", "internalError",
              "SERVICE_UNAVAILABLE"}  # fmt: skip
_NOT_ALLOWED = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "authenticatedUserAccountClosed",
                "authenticatedUserAccountSuspended", "authenticatedUserNotChannel"}  # fmt: skip


class YouTubeAway(DependencyAway):
    """YouTube doesn't answer, is broken, or wants us to slow down. `retry_after_s`: as it says, or None."""

    def __init__(self, detail: str, retry_after_s: float | None = None) -> None:
        super().__init__(DEPENDENCY, detail)
        self.retry_after_s = retry_after_s


class Unauthorized(Exception):
    """The access token is refused."""


class NotAllowed(Exception):
    """The grant doesn't reach that far: the user has to connect the channel again."""


class DayUsedUp(Exception):
    """The API project's allowance is used up until midnight in California."""


class ChannelUsedUp(Exception):
    """The channel has taken as many uploads as YouTube lets it take in a day."""


class SessionLost(Exception):
    """There is no such upload session, or no longer."""


class Refused(Exception):
    """YouTube says no, and would say so again."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message


def error_of(status: int, headers: Mapping[str, str], content: bytes) -> Exception:
    """The answer as one of the errors above."""
    reason, message = _said(content)
    if status == 401:
        return Unauthorized(reason)
    if reason in _DAY_USED_UP:
        return DayUsedUp(reason)
    if reason in _CHANNEL_USED_UP:
        return ChannelUsedUp(reason)
    if status >= 500 or status in (408, 425, 429) or reason in _SLOW_DOWN:
        return YouTubeAway(f"answered {status} {reason}".strip(), _retry_after(headers))
    if reason in _NOT_ALLOWED:
        return NotAllowed(reason)
    return Refused(status, reason or str(status), message or "no reason given")


def _said(content: bytes) -> tuple[str, str]:
    """The reason and message of Google's error shape; empty for any other."""
    try:
        error = json.loads(content)["error"]
        first = (error.get("errors") or [{}])[0]
        reason = str(first.get("reason") or error.get("status") or "")
        message = str(error.get("message") or first.get("message") or "")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return "", ""
    return reason[:64], " ".join(message.split())[:MAX_MESSAGE_CHARS]


def _retry_after(headers: Mapping[str, str]) -> float | None:
    said = headers.get("retry-after", "")
    # its other form, a date, is one that Google doesn't send
    return float(said) if said.isdigit() else None
