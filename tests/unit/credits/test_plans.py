"""The plans are as the API promises them."""

from __future__ import annotations

import pytest
import yaml
from pydantic import ValidationError

from services.credits.plans import PLANS_FILE, Plans
from services.kit.errors import Invalid


def test_the_plans_allow_what_the_api_says():
    plans = Plans.read()
    allowed = {
        plan.id: (
            plan.max_film_seconds,
            plan.max_resolution,
            plan.watermark,
            plan.max_projects,
            plan.max_live_jobs,
            plan.priority,
            plan.monthly_credits,
            plan.price_cents,
        )
        for plan in plans.plans
    }
    assert allowed == {
        "free": (60, "720p", True, 3, 1, 3, 0, 0),
        "pro": (300, "1080p", False, 20, 3, 5, 90, 1500),
        "enterprise": (300, "1080p", False, 0, 10, 7, 300, 9900),
    }
    assert plans.starting_credits == 3


def test_an_unknown_plan_is_refused_and_the_offered_ones_are_named():
    with pytest.raises(Invalid, match="free, pro, enterprise") as refused:
        Plans.read().get("gold")
    assert refused.value.metadata["field"] == "plan_id"


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["plans"].append(content["plans"][0]),
        lambda content: content["plans"].pop(0),
        lambda content: content["plans"][1].pop("watermark"),
        lambda content: content["plans"][1].update(priority=11),
        lambda content: content["plans"][1].update(max_resolution="8k"),
        lambda content: content.update(coupons=[]),
        lambda content: content.pop("packs"),
        lambda content: content["packs"].append(content["packs"][0]),
        lambda content: content["packs"][0].update(price_cents=0),
        lambda content: content["packs"][0].update(id="pro"),
    ],
)
def test_a_file_that_is_incomplete_or_out_of_bounds_is_refused(tmp_path, change):
    content = yaml.safe_load(PLANS_FILE.read_text())
    change(content)
    path = tmp_path / "plans.yaml"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(ValidationError):
        Plans.read(path)


def test_the_packs_are_as_the_price_list_says():
    packs = Plans.read().packs
    assert [(pack.id, pack.credits, pack.price_cents, pack.currency) for pack in packs] == [
        ("pack_10", 10, 500, "USD"),
        ("pack_30", 30, 1400, "USD"),
        ("pack_60", 60, 2600, "USD"),
        ("pack_150", 150, 6000, "USD"),
        ("pack_300", 300, 11000, "USD"),
        ("pack_600", 600, 21000, "USD"),
    ]


def test_what_costs_something_is_for_sale():
    assert [item.id for item in Plans.read().for_sale][:3] == ["pro", "enterprise", "pack_10"]


def test_the_better_plan_ranks_higher_and_an_unknown_one_lowest():
    rank = Plans.read().rank
    assert rank("enterprise") > rank("pro") > rank("free") > rank("gold")


def test_an_unknown_pack_is_refused_and_the_offered_ones_are_named():
    with pytest.raises(Invalid, match="pack_10, pack_30") as refused:
        Plans.read().pack("pack_11")
    assert refused.value.metadata["field"] == "pack_id"
