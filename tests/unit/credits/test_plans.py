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
        "enterprise": (300, "1080p", False, 0, 10, 7, 300, 0),
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
        lambda content: content.update(packs=[]),
    ],
)
def test_a_file_that_is_incomplete_or_out_of_bounds_is_refused(tmp_path, change):
    content = yaml.safe_load(PLANS_FILE.read_text())
    change(content)
    path = tmp_path / "plans.yaml"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(ValidationError):
        Plans.read(path)
