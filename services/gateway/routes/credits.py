"""Balances and the ledger."""

from __future__ import annotations

from fastapi import APIRouter
from filmstudio.credits.v1 import credits_pb2

from services.gateway import convert
from services.gateway.routes.common import Pages, SignedIn
from services.gateway.schemas import credits as shapes
from services.gateway.schemas.common import Page
from services.gateway.studio import TheStudio

router = APIRouter(prefix="/api/v1/credits", tags=["credits"])


@router.get("")
async def get_credits(_person: SignedIn, studio: TheStudio) -> shapes.Credits:
    """My balance and plan."""
    answer = await studio.clients.credits.GetAccount(credits_pb2.GetAccountRequest())
    return convert.account(answer.account)


@router.get("/transactions")
async def list_transactions(_person: SignedIn, studio: TheStudio, pages: Pages) -> Page[shapes.Transaction]:
    """My ledger, newest first."""
    request = credits_pb2.ListTransactionsRequest(page_size=pages.size, page_token=pages.token)
    answer = await studio.clients.credits.ListTransactions(request)
    items = [convert.transaction(transaction) for transaction in answer.transactions]
    return Page[shapes.Transaction](items=items, next_page_token=answer.next_page_token)
