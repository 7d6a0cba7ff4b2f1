"""Accounts and sign-in."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from services.gateway.schemas.common import In, Language, Out, Text

Role = Literal["free_user", "pro_user", "admin"]
Tier = Literal["free", "pro", "enterprise"]


class Register(In):
    """A new account."""

    email: Text = Field(max_length=254, examples=["mara@example.com"])
    password: Text = Field(
        max_length=1024, description="8 to 128 characters, not a guessable one", examples=["seven gulls over the pier"]
    )
    name: Text | None = Field(None, max_length=100, examples=["Mara"])


class Login(In):
    """A sign-in."""

    email: Text = Field(max_length=254, examples=["mara@example.com"])
    password: Text = Field(max_length=1024, examples=["seven gulls over the pier"])


class Refresh(In):
    """The refresh token of a client without cookies."""

    refresh_token: Text | None = Field(None, max_length=512)


class User(Out):
    """An account as its owner sees it."""

    id: str = Field(examples=["019283b0-5c7e-7a4e-9b1f-2f6f1d1c0a11"])
    email: str = Field(examples=["mara@example.com"])
    name: str = Field(examples=["Mara"])
    role: Role
    subscription_tier: Tier
    email_verified: bool = Field(description="the link of our mail has been followed")
    language: str = Field(description="of mails to this person, BCP 47", examples=["en"])
    created_at: datetime


class Session(Out):
    """A sign-in. Browsers get the refresh token as the cookie `fs_refresh`, clients with `X-Client: cli` in `refresh_token`."""

    user: User
    access_token: str = Field(description="a JWT of 15 minutes, RS256", examples=["eyJhbGciOiJSUzI1NiIs…"])
    expires_in: int = Field(description="seconds", examples=[900])
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme's name
    refresh_token: str | None = None


class Profile(In):
    """Changes of one's own profile; what is left out stays."""

    name: Text | None = Field(None, max_length=100, examples=["Mara Lind"])
    language: Language | None = None

    @model_validator(mode="after")
    def _something(self) -> Profile:
        if self.name is None and self.language is None:
            raise ValueError("name at least one of name and language")
        return self


class ForgottenPassword(In):
    """Whose password is forgotten."""

    email: Text = Field(max_length=254, examples=["mara@example.com"])


class NewPassword(In):
    """A new password, by the token of the mail."""

    token: Text = Field(max_length=512, examples=["pAzG1c0sX9m2vJ8w"])
    password: Text = Field(
        max_length=1024, description="8 to 128 characters, not a guessable one", examples=["nine gulls over the pier"]
    )


class PasswordChange(In):
    """A new password, by the present one."""

    current_password: Text = Field(max_length=1024, examples=["seven gulls over the pier"])
    new_password: Text = Field(
        max_length=1024, description="8 to 128 characters, not a guessable one", examples=["nine gulls over the pier"]
    )
    refresh_token: Text | None = Field(
        None, max_length=512, description="the session that goes on, of a client without cookies"
    )


class Verification(In):
    """The token of the mail; without one, a new mail is asked for."""

    token: Text | None = Field(None, max_length=512, examples=["pAzG1c0sX9m2vJ8w"])
