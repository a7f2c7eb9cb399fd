"""What Berth tells the world: one golden sample each. Run this file to write them anew."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from berth_core import announcements
from berth_core.announcements import Announcement
from berth_core.asking import command_for
from tests.unit.told_releases import TOLD_OF_RELEASES

SAMPLES = Path(__file__).parents[2] / "events" / "out"
NAMES_IN_THE_CONTRACT = {
    "Training Plan State Change",
    "Deployment Registered",
    "Deployment Rejected",
    "Endpoint Deployed",
    "Endpoint Rotated",
    "Rollback Detected",
    "Components Scaled",
    "Window Closing",
    "Handover Completed",
    "Handover Failed",
    "Approval Requested",
    "Plan Purchased",
    "Plan Extended",
    "Purchase Refused",
    "Budget Reached",
    "Decision Held",
}
OURS = {"Deployment Failed", "Downtime Begins", "Fleet Swept"} | {told.detail_type for told in TOLD_OF_RELEASES}

NAME = "llama-eval"
PLAN = "p5-for-eval"
PLAN_ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-plan/p5-for-eval"
OLD, NEW = "llama-eval-3f1c2a9b-x1", "llama-eval-9d04e7c2-x1"
STARTS, ENDS = datetime(2026, 3, 3, 11, 30, tzinfo=UTC), datetime(2026, 3, 10, 11, 30, tzinfo=UTC)
MIDWAY = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
CLOSING = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
DECISION = "5b1f0c7e"

TOLD = [
    announcements.training_plan_state_change(
        deployment=NAME,
        at=STARTS,
        reason="p5-for-eval went from Scheduled to Active",
        plan=PLAN,
        plan_arn=PLAN_ARN,
        status="Active",
        previous_status="Scheduled",
        starts_at=STARTS,
        ends_at=ENDS,
    ),
    announcements.deployment_registered(
        deployment=NAME, at=STARTS, reason="the manifest is valid", version="IYV3p45BT0ac8hjHg1houSdS1a.Mro8e"
    ),
    announcements.deployment_rejected(
        deployment=NAME,
        at=MIDWAY,
        reason="the manifest has 2 problems; the last valid one stays in force",
        version="1QW9g1Z99LUNbvaaYVpW9xDlOLU.qxgF",
        problems=[
            "line 5: reservation.instance_typ is not a key of this block: did you mean 'instance_type'?",
            "line 23: on_drift 'restor' is not allowed: did you mean 'restore'?",
        ],
    ),
    announcements.endpoint_deployed(
        deployment=NAME,
        at=STARTS + timedelta(minutes=5),
        reason="InService on 1 of 2 instances of p5-for-eval",
        decision_id=DECISION,
        config_name=OLD,
        plan=PLAN,
    ),
    announcements.endpoint_rotated(
        deployment=NAME,
        at=MIDWAY,
        reason="InService with my-model-v2, nothing pending",
        decision_id=DECISION,
        config_name=NEW,
        plan=PLAN,
    ),
    announcements.rollback_detected(
        deployment=NAME,
        at=MIDWAY,
        reason="InService again, but on the old config: SageMaker rolled back and gave no reason",
        decision_id=DECISION,
        code="RolledBack",
        wanted_config=NEW,
        live_config=OLD,
    ),
    announcements.deployment_failed(
        deployment=NAME,
        at=STARTS + timedelta(minutes=30),
        reason="the endpoint is Failed: Unable to provision requested ML compute capacity",
        decision_id=DECISION,
        code="NoCapacity",
    ),
    announcements.downtime_begins(
        deployment=NAME,
        at=MIDWAY,
        reason="recreate (deleted first, and down until the new one serves); my-model goes, and nothing serves until "
        "my-model-v2 does",
        decision_id=DECISION,
        config_name=NEW,
    ),
    announcements.components_scaled(
        deployment=NAME,
        at=MIDWAY,
        reason="nobody has called for 15 minutes",
        decision_id=DECISION,
        copies=0,
        components=("llama-8b",),
    ),
    announcements.window_closing(
        deployment=NAME,
        at=CLOSING,
        reason="p5-for-eval ends in 120 minutes",
        plan=PLAN,
        ends_at=ENDS,
        finish_by=ENDS - timedelta(minutes=60),
        next_plan="p5-second",
        next_starts_at=ENDS,
        gap_minutes=60,
        bridge="on_demand",
    ),
    announcements.handover_completed(
        deployment=NAME,
        at=CLOSING + timedelta(minutes=8),
        reason="InService on 1 on-demand ml.p5.48xlarge, 112 minutes before p5-for-eval ends",
        decision_id=DECISION,
        rung="on_demand",
        target="llama-eval-77aa01be-x1",
        plan=PLAN,
    ),
    announcements.handover_failed(
        deployment=NAME,
        at=ENDS - timedelta(minutes=60),
        reason="no rung worked before the deadline: llama-eval stops serving when p5-for-eval ends at 11:30 UTC",
        code="LadderExhausted",
        tried=("on_demand ml.p5.48xlarge: NoCapacity", "on_demand ml.p4d.24xlarge: NoCapacity"),
        plan=PLAN,
    ),
    announcements.approval_requested(
        deployment=NAME,
        at=CLOSING,
        reason="extend plan p5-for-eval: 24 h for 2200.00 USD. No answer until 2026-03-10 10:15 UTC means no.",
        plan=PLAN,
        offering_id="tpeo-0a1b2c3d4e5f67890",
        price_usd=Decimal("2200.00"),
        expires_at=ENDS - timedelta(minutes=75),
        request_id="0a1b2c3d4e5f6789",
        who_may="whoever may call states:SendTaskSuccess in this account",
        command=command_for("approve", "tpeo-0a1b2c3d4e5f67890", "2200.00", "AQCEAAAAKgAAAAMAAAAAA"),
        task_token="AQCEAAAAKgAAAAMAAAAAA",
    ),
    announcements.plan_purchased(
        deployment=NAME,
        at=STARTS - timedelta(days=2),
        reason="bought for 8800.00 USD, under the cap of 9000.00 USD",
        plan=PLAN,
        plan_arn=PLAN_ARN,
        offering_id="tpo-0a1b2c3d4e5f67890",
        price_usd=Decimal("8800.00"),
    ),
    announcements.plan_extended(
        deployment=NAME,
        at=CLOSING,
        reason="extended by 24 hours for 2200.00 USD, under the cap of 2500.00 USD",
        plan=PLAN,
        offering_id="tpeo-0a1b2c3d4e5f67890",
        price_usd=Decimal("2200.00"),
        ends_at=ENDS + timedelta(days=1),
    ),
    announcements.purchase_refused(
        deployment=NAME,
        at=CLOSING,
        reason="the offer costs 2600.00 USD, more than the cap of 2500.00 USD",
        code="OverPrice",
        max_price_usd=Decimal("2500.00"),
        plan=PLAN,
        offering_id="tpeo-0a1b2c3d4e5f67890",
        price_usd=Decimal("2600.00"),
    ),
    *TOLD_OF_RELEASES,
    announcements.budget_reached(
        deployment=NAME,
        at=CLOSING + timedelta(hours=23, minutes=44),
        reason="on-demand has used 23.7 of 24 hours, 1502.50 of 2400.00 USD, and the way off begins at "
        "2026-03-11 09:24 UTC; raise end_of_window.on_demand to stay longer",
        percent=100,
        spent_usd=Decimal("1502.50"),
        max_usd=Decimal("2400.00"),
        hours=Decimal("23.7"),
        max_hours=24,
    ),
    announcements.decision_held(
        deployment=NAME,
        at=STARTS - timedelta(hours=1),
        reason="p5-for-eval is Scheduled; it starts at 2026-03-03T11:30:00Z",
        code="WaitingForPlan",
        next_at=STARTS,
    ),
    announcements.fleet_swept(
        at=MIDWAY, reason=f"repaired: {NAME}: its task was dead", repaired=(f"{NAME}: its task was dead",), failed=()
    ),
]


def kebab(told: Announcement) -> str:
    return told.detail_type.lower().replace(" ", "-")


def as_event(told: Announcement, number: int) -> str:
    """The event as a subscriber gets it."""
    entry = told.as_entry("berth")
    event = {
        "version": "0",
        "id": f"00000000-0000-4000-9000-{number:012d}",
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": "111122223333",
        "time": told.detail["at"],
        "region": "us-east-1",
        "resources": [],
        "detail": json.loads(entry["Detail"]),
    }
    return json.dumps(event, indent=2) + "\n"


@pytest.mark.parametrize(("number", "told"), list(enumerate(TOLD, 1)), ids=map(kebab, TOLD))
def test_is_told_as_the_golden_sample_has_it(number: int, told: Announcement) -> None:
    assert (SAMPLES / f"{kebab(told)}.json").read_text() == as_event(told, number)


def test_there_is_a_sample_of_every_event_and_of_nothing_else() -> None:
    assert {told.detail_type for told in TOLD} == NAMES_IN_THE_CONTRACT | OURS
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(map(kebab, TOLD))


def test_every_constructor_has_a_sample() -> None:
    constructors = {name for name in announcements.__all__ if name.islower()}
    assert constructors == {kebab(told).replace("-", "_") for told in TOLD}


@pytest.mark.parametrize("told", TOLD, ids=map(kebab, TOLD))
def test_every_detail_has_what_subscribers_rely_on(told: Announcement) -> None:
    assert told.detail["schema"] == 1
    assert told.detail["deployment"] == (None if told.detail_type == "Fleet Swept" else NAME)
    assert told.detail["reason"]
    assert told.detail["at"].endswith("Z")


def test_an_entry_is_what_put_events_takes() -> None:
    entry = TOLD[0].as_entry("berth")
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == ("berth", "berth", TOLD[0].detail_type)
    assert list(json.loads(entry["Detail"])) == sorted(TOLD[0].detail)


def test_times_are_told_in_utc_to_the_second() -> None:
    at = datetime(2026, 3, 3, 12, 30, 0, 999, tzinfo=timezone(timedelta(hours=1)))
    assert (
        announcements.decision_held(deployment=NAME, at=at, reason="r", code="c").detail["at"] == "2026-03-03T11:30:00Z"
    )


def test_a_time_without_a_zone_is_a_bug() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        announcements.decision_held(deployment=NAME, at=STARTS.replace(tzinfo=None), reason="r", code="c")


def test_what_is_not_known_is_left_out() -> None:
    told = announcements.decision_held(deployment=NAME, at=STARTS, reason="r", code="c")
    assert set(told.detail) == {"schema", "deployment", "reason", "at", "line", "code"}


def test_a_plan_that_no_manifest_names_has_no_deployment() -> None:
    told = announcements.training_plan_state_change(
        at=STARTS, reason="r", plan=PLAN, plan_arn=PLAN_ARN, status="Pending"
    )
    assert told.detail["deployment"] is None
    assert told.detail["line"].endswith("Training Plan State Change: r")


def test_a_flood_of_problems_fits_into_an_event() -> None:
    told = announcements.deployment_rejected(
        deployment=NAME, at=STARTS, reason="r", version="v", problems=["x" * 5000] * 200
    )
    assert told.detail["problems"][-1] == "and 150 more"
    assert len(told.as_entry("berth")["Detail"]) < 256 * 1024


if __name__ == "__main__":
    for place, each in enumerate(TOLD, 1):
        (SAMPLES / f"{kebab(each)}.json").write_text(as_event(each, place))
