"""Users who are gone. What is still on its way from them, or about them on other topics, leaves nothing here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, Text, delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.db import Work
from services.kit.errors import NotFound
from services.youtube.connection_models import Base

_LOCK = "hashtextextended(:user, 7285)"


class Departed(Base):
    """An id that was a user's, remembered for longer than facts are kept and tokens last."""

    __tablename__ = "departed"
    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    departed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


async def note(work: Work, user_id: str, now: datetime) -> None:
    """The user is gone. Whatever is made for them just now is made before this returns, so that it goes with the rest."""
    await work.session.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"), {"user": user_id})
    await work.session.execute(insert(Departed).values(user_id=user_id, departed_at=now).on_conflict_do_nothing())


async def is_present(work: Work, user_id: str) -> bool:
    """Whether the user is, as far as has been heard; one who is doesn't go before this transaction ends.

    To be asked before a row of theirs is locked: who goes locks in this order too.
    """
    await work.session.execute(text(f"SELECT pg_advisory_xact_lock_shared({_LOCK})"), {"user": user_id})
    return await work.session.get(Departed, user_id) is None


async def require_present(work: Work, user_id: str) -> None:
    """As `is_present`; NotFound where the user is gone: a token may outlive its account for some minutes."""
    if not await is_present(work, user_id):
        raise NotFound("this account is gone")


async def forget(work: Work, before: datetime) -> None:
    """Those who left before a time are remembered no longer."""
    await work.session.execute(delete(Departed).where(Departed.departed_at < before))
