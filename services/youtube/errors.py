"""What youtube refuses, and why."""

from __future__ import annotations

import grpc

from services.kit.errors import DomainError


class NotConfigured(DomainError):
    """The installation has no OAuth client of Google's."""

    reason = "YOUTUBE_NOT_CONFIGURED"

    def __init__(self) -> None:
        super().__init__("publishing to YouTube is not set up here; an administrator has to set GOOGLE_CLIENT_ID")


class OAuthStateInvalid(DomainError):
    """The state is unknown, used, or too old; which of them is not said."""

    code = grpc.StatusCode.INVALID_ARGUMENT
    reason = "OAUTH_STATE_INVALID"

    def __init__(self) -> None:
        super().__init__("this way back from Google is used up or too old; connect the channel again")


class OAuthRefused(DomainError):
    """Nothing came of the consent. Metadata: `cause` (`access_denied`, `scopes_missing`, `no_channel`, …)."""

    reason = "OAUTH_REFUSED"

    def __init__(self, message: str, cause: str, **metadata: object) -> None:
        super().__init__(message, cause=cause, **metadata)


class ReconnectNeeded(DomainError):
    """Google no longer lets us in: only the user can mend that. Metadata: `connection_id`."""

    reason = "RECONNECT_NEEDED"

    def __init__(self, connection_id: object) -> None:
        super().__init__("Google no longer lets us use this channel; connect it again", connection_id=connection_id)


class PublicationState(DomainError):
    """The publication can't do that where it stands. Metadata: `state`."""

    reason = "PUBLICATION_STATE"


class JobState(DomainError):
    """The job has no film to publish. Metadata: `status`."""

    reason = "JOB_STATE"


class NoQuota(DomainError):
    """YouTube answers nothing more to this installation today."""

    code = grpc.StatusCode.RESOURCE_EXHAUSTED
    reason = "YOUTUBE_QUOTA"

    def __init__(self) -> None:
        super().__init__("this studio has used up its YouTube quota; try again after midnight in California")
