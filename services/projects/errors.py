"""What projects refuses, and why."""

from __future__ import annotations

import grpc

from services.kit.errors import DomainError


class PlanLimit(DomainError):
    """The user's plan allows no more. Metadata: `limit` (its name), `allowed`."""

    code = grpc.StatusCode.RESOURCE_EXHAUSTED
    reason = "PLAN_LIMIT"


class NameTaken(DomainError):
    """The project's cast has somebody of that name."""

    code = grpc.StatusCode.ALREADY_EXISTS
    reason = "NAME_TAKEN"


class ScriptMissing(DomainError):
    """The project has no script yet, or not that version."""

    reason = "SCRIPT_MISSING"


class ScriptUnreadable(DomainError):
    """The text can't be read in the format it was said to have; the message says what to do."""

    code = grpc.StatusCode.INVALID_ARGUMENT
    reason = "SCRIPT_UNREADABLE"


class TooLarge(DomainError):
    """More bytes than are taken. Metadata: `limit_bytes`."""

    code = grpc.StatusCode.INVALID_ARGUMENT
    reason = "TOO_LARGE"


class LanguageUnsupported(DomainError):
    """No voice speaks this language. Metadata: `supported`, comma separated."""

    code = grpc.StatusCode.INVALID_ARGUMENT
    reason = "LANGUAGE_UNSUPPORTED"


class UnsupportedType(DomainError):
    """A file of this type is not taken for this kind of asset. Metadata: `supported`, comma separated."""

    code = grpc.StatusCode.INVALID_ARGUMENT
    reason = "UNSUPPORTED_TYPE"


class UploadMissing(DomainError):
    """Nothing was uploaded under the asset's address."""

    reason = "UPLOAD_MISSING"


class AssetMismatch(DomainError):
    """What was uploaded is not what was announced. Metadata: `what` ("size_bytes", "sha256", "content_type")."""

    code = grpc.StatusCode.INVALID_ARGUMENT
    reason = "ASSET_MISMATCH"
