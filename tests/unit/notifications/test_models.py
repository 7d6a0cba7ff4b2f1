"""What follows from an attempt, for the endpoint and for the delivery."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.kit.errors import EtagMismatch
from services.notifications.mail_models import Mail, MailKind, MailState, Preferences, Suppression, address_mac
from services.notifications.models import (
    Delivery,
    DeliveryState,
    Endpoint,
    Patience,
    State,
    has_failed_for_good,
    require_match,
)
from services.notifications.outgoing import Answer

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = 86400.0
PATIENCE = Patience((5, 300), 60, 3600, 5 * DAY, 1.0, lambda: 1.0)
OK, BAD = Answer(200, "", 10), Answer(500, "", 10)


def endpoint() -> Endpoint:
    return Endpoint.open(uuid4(), uuid4(), "https://a.example/", ["*"], "", b"sealed", NOW)


def delivery(of: Endpoint) -> Delivery:
    return Delivery.of(uuid4(), of, uuid4(), "job.queued", NOW)


def after(**time: float) -> datetime:
    return NOW + timedelta(**time)


def test_a_failing_endpoint_is_left_alone_for_longer_and_longer_up_to_a_bound() -> None:
    one, holds = endpoint(), []
    for _ in range(9):
        one.note(BAD, PATIENCE, NOW)
        assert one.hold_until is not None
        holds.append((one.hold_until - NOW).total_seconds())
    assert holds == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert (one.slow, one.failing_since) == (True, NOW)


def test_a_success_forgives_it_all() -> None:
    one = endpoint()
    one.note(BAD, PATIENCE, NOW)
    one.note(OK, PATIENCE, NOW)
    assert (one.slow, one.failures, one.failing_since, one.hold_until) == (False, 0, None, None)


def test_an_endpoint_that_accepts_slowly_is_slow_and_not_failing() -> None:
    one = endpoint()
    one.note(Answer(200, "", 1500), PATIENCE, NOW)
    assert (one.slow, one.failures) == (True, 0)


def test_a_delivery_rings_no_earlier_than_its_endpoint_may_be_asked() -> None:
    one = endpoint()
    one.ring(NOW)
    assert one.due_at == NOW
    one.note(BAD, PATIENCE, NOW)
    one.end_turn(after(seconds=0.5))
    assert one.due_at == after(seconds=1)
    one.ring(after(seconds=0.2))
    assert one.due_at == after(seconds=1)


def test_what_is_due_sooner_is_not_put_off_by_what_comes_later() -> None:
    one = endpoint()
    one.ring(NOW)
    one.ring(after(seconds=5))
    assert one.due_at == NOW


@pytest.mark.parametrize("stop", [Endpoint.pause, Endpoint.disable])
def test_nothing_is_due_of_an_endpoint_that_is_stopped(stop) -> None:
    one = endpoint()
    one.ring(NOW)
    stop(one, NOW)
    one.ring(NOW)
    one.end_turn(NOW)
    assert one.due_at is None
    one.start(after(seconds=9))
    assert (one.state, one.due_at) == (State.ACTIVE, after(seconds=9))


def test_its_user_sees_a_version_for_each_change_and_none_for_a_turn() -> None:
    one = endpoint()
    one.take_turn(after(seconds=30))
    one.note(BAD, PATIENCE, NOW)
    one.end_turn(None)
    one.start(NOW)
    assert one.version == 1
    one.pause(NOW)
    one.pause(NOW)
    assert one.version == 2


def test_the_previous_secret_signs_until_its_time_and_no_longer() -> None:
    one = endpoint()
    one.rotate(b"new", after(days=1), NOW)
    assert one.secrets(after(hours=23)) == [b"new", b"sealed"]
    assert one.secrets(after(days=1)) == [b"new"]


def test_a_delivery_given_up_meanwhile_stays_so_unless_it_was_accepted() -> None:
    one = delivery(endpoint())
    one.state, one.next_attempt_at = DeliveryState.FAILED, None
    one.attempted(BAD, PATIENCE, NOW)
    assert (one.state, one.next_attempt_at) == (DeliveryState.FAILED, None)
    one.attempted(OK, PATIENCE, NOW)
    assert one.state is DeliveryState.SUCCEEDED


def test_waits_are_jittered() -> None:
    one = delivery(endpoint())
    one.attempted(BAD, Patience((100,), 60, 3600, DAY, 1, lambda: 0.8), NOW)
    assert one.next_attempt_at == after(seconds=80)


def test_an_endpoint_is_disabled_after_failing_for_so_long_whatever_the_delivery() -> None:
    one = endpoint()
    one.note(BAD, PATIENCE, NOW)
    tried = delivery(one)
    tried.attempted(BAD, PATIENCE, NOW)
    assert not has_failed_for_good(one, tried, BAD, PATIENCE, after(days=4.9))
    assert has_failed_for_good(one, tried, BAD, PATIENCE, after(days=5))
    assert not has_failed_for_good(one, tried, OK, PATIENCE, after(days=5))


def test_preferences_are_all_but_marketing_for_who_said_nothing() -> None:
    usual = Preferences(**Preferences.usual(uuid4()))
    assert all(usual.wants(kind) for kind in MailKind)
    assert not usual.marketing


def test_security_mails_are_sent_whatever_is_chosen() -> None:
    chosen = Preferences(**Preferences.usual(uuid4()))
    assert chosen.choose({"film_ready": False, "film_failed": False}, NOW)
    assert not chosen.wants(MailKind.FILM_READY)
    assert chosen.wants(MailKind.RESET_PASSWORD)


def test_a_choice_that_is_none_changes_no_version_and_confirms_the_consent() -> None:
    chosen = Preferences(**Preferences.usual(uuid4()))
    assert not chosen.choose({"marketing": False}, NOW)
    assert (chosen.version, chosen.marketing_changed_at) == (0, NOW)


def test_a_mail_that_could_only_be_tried_after_its_time_has_expired() -> None:
    mail = Mail.waiting(uuid4(), uuid4(), MailKind.FILM_READY, "j", {"title": "x"}, after(seconds=60), NOW)
    mail.try_again("away", (30, 120), 1.0, NOW)
    assert (mail.state, mail.next_attempt_at) == (MailState.WAITING, after(seconds=30))
    mail.try_again("away", (30, 120), 1.0, after(seconds=30))
    assert (mail.state, mail.params, mail.error) == (MailState.EXPIRED, {}, "away")


def test_a_suppression_covers_one_address_for_a_while() -> None:
    user = uuid4()
    known = Suppression(user_id=user, address_mac=address_mac(user, "A@example.com"), refused_at=NOW, answer="550")
    assert known.covers("a@example.com", timedelta(days=90), after(days=89))
    assert not known.covers("a@example.com", timedelta(days=90), after(days=90))
    assert not known.covers("b@example.com", timedelta(days=90), NOW)


@pytest.mark.parametrize("if_match", ["", "*", '"3"', "3", 'W/"3"', '"1", "3"'])
def test_an_etag_that_names_the_version_matches(if_match: str) -> None:
    require_match(if_match, 3)


def test_another_etag_does_not() -> None:
    with pytest.raises(EtagMismatch):
        require_match('"2"', 3)
