"""Nothing secret or personal is left behind: not in the log, not in any table, not in what is told to others."""

import json

import asyncpg
import pytest

from services.credits import stripe_client
from services.credits.errors import BillingNotConfigured
from services.credits.house import furnish
from services.credits.payments import ObjectKind
from services.kit.errors import DependencyAway
from tests.support.ledger import open_till

KEY, SECRET = "sk_test_canary_7f3a", "whsec_canary_91bc"
ADDRESS, CARD = "canary.person@example.com", "4242424242424242"
CANARIES = (KEY, SECRET, ADDRESS, CARD, "canary")


async def everything(url):
    """Every column of every row of every table of the schema, as text and bytes."""
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'credits'")
        found = []
        for table in tables:
            for row in await connection.fetch(f"SELECT * FROM credits.{table['tablename']}"):
                found += [value if isinstance(value, bytes) else str(value).encode() for value in row.values()]
        return b"\n".join(found)
    finally:
        await connection.close()


@pytest.fixture
def event():
    """A webhook as Stripe sends it, with a person and a card in it."""
    about = {"id": "in_1", "object": "invoice", "customer_email": ADDRESS, "last4": CARD}
    return json.dumps(
        {"id": "evt_1", "object": "event", "type": "invoice.paid", "created": 1_795_000_000, "data": {"object": about}}
    )


@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
async def test_keys_addresses_and_cards_are_nowhere_after_purchases_and_errors(scratch_ledger, user, event, capfd):
    import stripe

    till = open_till(scratch_ledger, stripe_secret_key=KEY, stripe_webhook_secret=SECRET)
    till.contacts.contact = contact
    await till.buy(user, "pack_10")
    await till.subscribe(user, "pro")
    # a real webhook, whose object a Stripe that is away can't show
    told = till.settings.model_copy(update={"stripe_api_url": "http://127.0.0.1:9"})
    provider = stripe_client.Stripe(told)
    house = furnish(told, scratch_ledger.database, scratch_ledger.books, provider)
    await house.inbox.receive(
        "stripe", event.encode(), stripe.WebhookSignature.generate_signature_header(event, SECRET)
    )
    await house.inbox.follow()
    with pytest.raises(DependencyAway) as away:
        await provider.create_customer(user, 1, ADDRESS, "Ada")
    # a fault of ours, logged with its traceback
    till.provider.down = RuntimeError("a fault")
    await till.house.inbox.keep([till.provider.tell("refund.created", f"re_9.{user}")])
    await till.house.inbox.follow()
    await provider.close()
    out, err = capfd.readouterr()
    left = await everything(scratch_ledger.url)
    assert b"evt_1" in left
    assert "a payment event waits" in out + err
    for canary in CANARIES:
        assert canary.encode() not in left
        assert canary not in out + err
        assert canary not in str(away.value)


@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
async def test_what_stripe_says_of_a_key_is_not_repeated(scratch_ledger, monkeypatch):
    import stripe

    async def refused():
        raise stripe.AuthenticationError(f"Invalid API Key provided: {KEY}", http_status=401)

    with pytest.raises(BillingNotConfigured) as error:
        await stripe_client.asked(refused())
    assert KEY not in f"{error.value} {error.value.metadata}"
    assert error.value.__cause__ is None


async def test_settings_do_not_show_what_they_keep(scratch_ledger):
    till = open_till(scratch_ledger, stripe_secret_key=KEY, stripe_webhook_secret=SECRET)
    assert "canary" not in f"{till.settings!r} {till.settings}"


async def test_an_event_is_kept_by_name_alone(scratch_ledger, event):
    import stripe

    till = open_till(scratch_ledger, stripe_secret_key=KEY, stripe_webhook_secret=SECRET)
    provider = stripe_client.Stripe(till.settings)
    note = provider.verify(event.encode(), stripe.WebhookSignature.generate_signature_header(event, SECRET))
    await provider.close()
    assert (note.id, note.kind, note.object_id) == ("evt_1", ObjectKind.INVOICE, "in_1")
    assert ADDRESS not in repr(note)


async def contact(_user_id):
    from services.credits.users_client import Contact

    return Contact(ADDRESS, "Canary Person")
