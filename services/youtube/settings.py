"""The knobs of youtube."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from services.kit.settings import DatabaseSettings


class Settings(DatabaseSettings):
    """What youtube reads from its environment."""

    # host:port to listen on
    youtube_grpc_address: str
    # the public base address: Google sends users back to {it}/api/v1/youtube/oauth/callback
    filmstudio_url: str

    # The installation's own OAuth client; without both nothing can be connected (YOUTUBE_NOT_CONFIGURED).
    google_client_id: str = ""
    google_client_secret: SecretStr = SecretStr("")
    google_auth_url: str = "https://accounts.google.com/o/oauth2/v2/auth"
    google_token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    google_revoke_url: str = "https://oauth2.googleapis.com/revoke"
    google_jwks_url: str = "https://www.googleapis.com/oauth2/v3/certs"
    google_issuer: str = "https://accounts.google.com"
    youtube_api_url: str = "https://youtube.googleapis.com/"
    # seconds that a call to Google may take, an upload's chunks apart
    google_timeout_s: float = Field(default=10, gt=0)

    # key files of the tokens' encryption; needed where the OAuth client is configured
    youtube_token_keys_dir: Path | None = None
    # how long after its start a connection may be completed
    youtube_oauth_state_s: float = Field(default=600, gt=0)
    # an access token with less than this left is refreshed first
    youtube_refresh_before_s: float = Field(default=60, ge=0)
    # how often grants that are to be given back are looked for, and for how long each is tried
    youtube_revoke_every_s: float = Field(default=60, gt=0)
    youtube_revoke_for_s: float = Field(default=86_400, gt=0)

    # host:port of ai_jobs, which knows the films
    ai_jobs_grpc_address: str
    # where a video is watched, its id added
    youtube_watch_url: str = "https://www.youtube.com/watch?v="

    # What the API project and a channel may do a day (in Pacific time), as Google Cloud's console shows it.
    youtube_uploads_per_day: int = Field(default=100, ge=1)
    youtube_units_per_day: int = Field(default=10_000, ge=1)
    youtube_uploads_per_channel_per_day: int = Field(default=50, ge=1)
    # units that thumbnails, playlists and captions leave over
    youtube_units_kept_for_uploads: int = Field(default=1_000, ge=0)
    youtube_statistics_units_per_day: int = Field(default=500, ge=0)
    # the wait for midnight in California at most; 0: as long as it is
    youtube_quota_wait_most_s: float = Field(default=0, ge=0)
    # how long a channel rests that YouTube takes no more uploads for
    youtube_channel_wait_s: float = Field(default=86_400, gt=0)

    # uploads, and publications seen to after their upload, at once in this process
    youtube_uploads_at_once: int = Field(default=2, ge=1)
    youtube_finishing_at_once: int = Field(default=2, ge=1)
    # a multiple of 256 KiB; one is in memory for each upload
    youtube_chunk_bytes: int = Field(default=8 * 1024 * 1024, ge=256 * 1024, multiple_of=256 * 1024)
    youtube_chunk_timeout_s: float = Field(default=300, gt=0)
    # how long a publication stays in the hands of a process that says nothing more
    youtube_lease_s: float = Field(default=30, gt=0)
    # how often work is looked for and planned, apart from when it is known to be there
    youtube_look_for_work_s: float = Field(default=2, gt=0)
    youtube_plan_every_s: float = Field(default=30, gt=0)
    # retries of what may pass: first and longest wait, and after how long in a row it is given up
    youtube_retry_first_s: float = Field(default=2, gt=0)
    youtube_retry_most_s: float = Field(default=300, gt=0)
    youtube_give_up_after_s: float = Field(default=7 * 86_400, gt=0)
    # how often, and how far apart, a video is looked for whose upload's session is gone with its last bytes
    youtube_looks: int = Field(default=4, ge=1)
    youtube_look_every_s: float = Field(default=60, gt=0)
    # how often a new video is asked after: at first, and at most so far apart; how long YouTube may work on it
    youtube_poll_first_s: float = Field(default=3, gt=0)
    youtube_poll_most_s: float = Field(default=300, gt=0)
    youtube_processing_s: float = Field(default=2 * 86_400, gt=0)
    # how often views and likes are asked for, and how often it is looked which are due
    youtube_statistics_every_s: float = Field(default=86_400, gt=0)
    youtube_statistics_look_s: float = Field(default=900, gt=0)
    # publications that failed because the channel had to be connected again go on by themselves for so long
    youtube_revive_within_s: float = Field(default=7 * 86_400, gt=0)

    @property
    def configured(self) -> bool:
        """Whether there is an OAuth client to connect channels with."""
        return bool(self.google_client_id and self.google_client_secret.get_secret_value())

    @property
    def redirect_uri(self) -> str:
        """Where Google sends users back to; registered with the OAuth client, to the letter."""
        return f"{self.filmstudio_url.rstrip('/')}/api/v1/youtube/oauth/callback"
