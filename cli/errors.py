"""What can go wrong for someone at a terminal, said with what to do, and the exit code it ends with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REFUSED, USAGE, NOT_SIGNED_IN, AWAY, JOB_FAILED = 1, 2, 3, 4, 5

_REMEDIES = {
    "UNAUTHENTICATED": "sign in: filmstudio login",
    "INSUFFICIENT_CREDITS": "ask for a shorter film, or get more credits: filmstudio credits buy",
    "ALREADY_SUBSCRIBED": "change it: filmstudio portal",
    "NO_CUSTOMER": "buy something first: filmstudio plans",
    "BILLING_NOT_CONFIGURED": "ask whoever runs this studio for credits",
    "RECONNECT_NEEDED": "connect the channel again: filmstudio youtube connect",
    "ENDPOINT_LIMIT": "remove one you don't need: filmstudio webhooks list",
    "PLAN_LIMIT": "ask for less, or change to a larger plan",
    "SCRIPT_TOO_LONG": "ask for a longer film (--duration) or shorten the script",
    "JOB_ALREADY_RUNNING": "follow it with filmstudio films watch, or cancel it first",
    "RATE_LIMITED": "wait a little and try again",
    "DEPENDENCY_AWAY": "try again in a moment",
    "EMAIL_TAKEN": "sign in instead: filmstudio login",
}


class StudioError(Exception):
    """Something that ends a command. `remedy` says what to do."""

    def __init__(self, message: str, remedy: str = "", exit_code: int = REFUSED) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.exit_code = exit_code

    def members(self) -> dict[str, Any]:
        """As JSON, for --json."""
        return {"error": self.message, "remedy": self.remedy}


class Unreachable(StudioError):
    """The studio does not answer."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(
            f"the studio at {url} does not answer ({why})", "start it with make up, or give its address", AWAY
        )


class Refused(StudioError):
    """The studio's refusal, a problem+json document."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = dict(problem)
        self.code = str(problem.get("code", ""))
        title, detail = str(problem.get("title") or f"the studio answered {status}"), str(problem.get("detail", ""))
        lines = [f"{title}: {detail}" if detail else title]
        errors = problem.get("errors") or []
        lines += [
            f"  {error['pointer']}: {error['detail']}" for error in errors if len(errors) > 1 or "/" in error["pointer"]
        ]
        exit_code = {401: NOT_SIGNED_IN, 503: AWAY}.get(status, REFUSED)
        super().__init__("\n".join(lines), _REMEDIES.get(self.code, ""), exit_code)

    def members(self) -> dict[str, Any]:
        """The problem itself, for --json."""
        return {"error": self.message, "remedy": self.remedy, "problem": self.problem}
