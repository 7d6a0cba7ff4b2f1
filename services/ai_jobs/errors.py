"""What ai_jobs refuses, and why."""

from __future__ import annotations

import grpc

from services.kit.errors import DomainError, Invalid


class ScriptMissing(DomainError):
    """The project has no script yet."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "SCRIPT_MISSING"


class ScriptTooLong(Invalid):
    """The speech does not fit into the film. Metadata: `needed_seconds`."""

    reason = "SCRIPT_TOO_LONG"


class LanguageUnsupported(Invalid):
    """Subtitles in a language that no engine and no file gives, or a script that no engine writes. Metadata: `supported`, `field`."""

    reason = "LANGUAGE_UNSUPPORTED"


class PlanLimit(DomainError):
    """The user's plan does not allow it. Metadata: `limit` (which one), `allowed`."""

    code = grpc.StatusCode.PERMISSION_DENIED
    reason = "PLAN_LIMIT"


class QuoteStale(DomainError):
    """The quote has expired, or is for another script version or other options."""

    code = grpc.StatusCode.ABORTED
    reason = "QUOTE_STALE"


class JobAlreadyRunning(DomainError):
    """The project has a live job of this kind. Metadata: `job_id`."""

    code = grpc.StatusCode.ALREADY_EXISTS
    reason = "JOB_ALREADY_RUNNING"


class JobEnded(DomainError):
    """The job has ended and can't be canceled any more."""

    reason = "JOB_ENDED"


class JobState(DomainError):
    """The job is in a state that does not allow this."""

    reason = "JOB_STATE"


class LeaseLost(DomainError):
    """The claim is not the step's any more: another worker has it, or it was canceled."""

    reason = "LEASE_LOST"


class OutputMissing(DomainError):
    """Storage does not have an object that the completion names."""

    reason = "OUTPUT_MISSING"


class OutputMismatch(DomainError):
    """An object in storage is not what the completion says, or a repeat of a completion says something else."""

    reason = "OUTPUT_MISMATCH"
