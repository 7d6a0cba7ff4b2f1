"""Filters choose among the events there are."""

import pytest

from services.kit.errors import Invalid
from services.notifications import event_types


@pytest.mark.parametrize(
    ("filters", "event", "wanted"),
    [
        (["job.succeeded"], "job.succeeded", True),
        (["job.succeeded"], "job.failed", False),
        (["job.*"], "job.failed", True),
        (["job.*"], "credits.granted", False),
        (["*"], "connection.reconnect_needed", True),
        (["credits.granted", "job.*"], "job.queued", True),
    ],
)
def test_an_endpoint_hears_what_its_filters_name(filters: list[str], event: str, wanted: bool) -> None:
    assert event_types.wants(filters, event) is wanted


@pytest.mark.parametrize("unknown", ["job.exploded", "job", "*.failed", "jobs.*", "", "JOB.FAILED", "job.*.x"])
def test_an_unknown_event_is_refused_with_the_list_of_those_there_are(unknown: str) -> None:
    with pytest.raises(Invalid) as refused:
        event_types.checked(["job.failed", unknown])
    assert refused.value.metadata == {"field": "events"}
    assert all(name in refused.value.message for name in event_types.EVENTS)


def test_no_filter_is_refused() -> None:
    with pytest.raises(Invalid, match="at least one"):
        event_types.checked([])


def test_each_filter_is_kept_once_in_its_order() -> None:
    assert event_types.checked(["job.*", "*", "job.*"]) == ["job.*", "*"]
