"""Training plans: offerings, purchase, status from the clock, changes from outside."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.cloud import Cloud
from rehearsal.sagemaker.plans import Block, Plan, plan_status, turning_points, usable_block
from rehearsal.settings import Settings, Timings
from tests.conformance.reservations import END, P5, PLAN_ARN, START, Reservations, day

SEARCH = {"InstanceType": P5, "InstanceCount": 2, "DurationHours": 168, "TargetResources": ["endpoint"]}
TWO_BLOCKS = [
    {"start": "2026-03-03T11:30:00Z", "end": "2026-03-05T11:30:00Z"},
    {"start": "2026-03-06T11:30:00Z", "end": "2026-03-08T11:30:00Z", "zone": "us-east-1b"},
]


@pytest.fixture
def site(cloud: Cloud) -> Reservations:
    return Reservations(cloud)


def found(site: Reservations, **search: Any) -> list[dict[str, Any]]:
    offerings: list[dict[str, Any]] = site.sagemaker.search_training_plan_offerings(**search)["TrainingPlanOfferings"]
    return offerings


def test_three_offerings_from_half_past_eleven_are_made_up_when_none_is_on_sale(site: Reservations) -> None:
    offerings = found(site, **SEARCH)
    assert [o["ReservedCapacityOfferings"][0]["StartTime"] for o in offerings] == [day(1), day(2), day(3)]
    assert {o["DurationHours"] for o in offerings} == {168}
    assert {o["UpfrontFee"] for o in offerings} == {"10584.00"}
    assert [o["TrainingPlanOfferingId"] for o in offerings] == [
        o["TrainingPlanOfferingId"] for o in found(site, **SEARCH)
    ]


def test_what_is_on_sale_hides_what_would_be_made_up(site: Reservations) -> None:
    offering_id = site.offer()
    assert [o["TrainingPlanOfferingId"] for o in found(site, **SEARCH)] == [offering_id]
    assert len(found(site, **{**SEARCH, "InstanceCount": 4})) == 3


def test_a_search_without_a_match_gives_an_empty_list() -> None:
    cloud = Cloud.start(Settings(generated_offerings=False))
    site = Reservations(cloud)
    site.offer()
    assert found(site, **{**SEARCH, "DurationHours": 24}) == []
    assert found(site, StartTimeAfter=day(4)) == []
    assert found(site, EndTimeBefore=day(9)) == []
    assert found(site, TargetResources=["hyperpod-cluster"]) == []
    cloud.stop()


def test_one_block_is_a_better_match_than_two(site: Reservations) -> None:
    two = site.offer(blocks=TWO_BLOCKS)
    one = site.offer(blocks=[{"start": "2026-03-04T11:30:00Z", "end": "2026-03-08T11:30:00Z"}])
    assert [o["TrainingPlanOfferingId"] for o in found(site, InstanceType=P5, DurationHours=96)] == [one, two]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"instance_type": "ml.p9.48xlarge"}, "instance_type"),
        ({"instance_count": 0}, "instance_count"),
        ({"blocks": []}, "blocks"),
        ({"blocks": [{"start": END.isoformat(), "end": START.isoformat()}]}, "must be later than start"),
        ({"blocks": list(reversed(TWO_BLOCKS))}, "in order of time"),
        ({"upfront_fee": "-1"}, "upfront_fee"),
        ({"extends": "nothing"}, "bought plans: none: buy one first"),
        ({"price": 1}, "price"),
    ],
)
def test_a_wrong_offering_is_refused_with_the_name_of_its_field(
    site: Reservations, wrong: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        site.offer(**wrong)


def test_a_plan_goes_from_pending_to_expired_by_the_clock_alone(site: Reservations) -> None:
    site.buy()
    statuses = [site.plan()["Status"]]
    for moment in (day(1, 0, 5), day(3, 11, 31), day(3, 11, 32), day(10, 11, 29), day(10, 11, 30)):
        site.cloud.advance(to=moment)
        statuses.append(site.plan()["Status"])
    assert statuses == ["Pending", "Scheduled", "Scheduled", "Active", "Active", "Expired"]
    assert site.told("state") == [
        ("01 00:00", "Pending"),
        ("01 00:05", "Pending to Scheduled"),
        ("03 11:32", "Scheduled to Active"),
        ("10 11:30", "Active to Expired"),
    ]


def test_a_plan_with_a_gap_is_scheduled_again_between_its_blocks(site: Reservations) -> None:
    site.buy(blocks=TWO_BLOCKS)
    site.cloud.advance(to=day(5, 12, 0))
    plan = site.plan()
    assert plan["Status"] == "Scheduled"
    assert [each["Status"] for each in plan["ReservedCapacitySummaries"]] == ["Expired", "Scheduled"]
    assert [each["AvailabilityZoneId"] for each in plan["ReservedCapacitySummaries"]] == ["use1-az1", "use1-az2"]
    assert plan["DurationHours"] == 96
    site.cloud.advance(to=day(6, 11, 32))
    assert site.plan()["Status"] == "Active"


def test_a_purchase_is_on_the_timeline_with_its_price(site: Reservations) -> None:
    site.buy()
    purchases = [entry for entry in site.cloud.timeline if entry.kind == "purchase"]
    assert [(p.subject, p.more["upfront_fee_usd"]) for p in purchases] == [("training-plan/p5", "9000.00")]
    assert "2 x ml.p5.48xlarge, 168 h in 1 block, 9000.00 USD" in purchases[0].text


def test_a_failing_payment_ends_in_failed(site: Reservations) -> None:
    site.buy(payment="fails")
    site.cloud.advance(to=day(4))
    assert site.plan()["Status"] == "Failed"
    assert "payment" in site.plan()["StatusMessage"]


def test_a_plan_is_described_by_its_name_or_its_arn(site: Reservations) -> None:
    site.buy()
    assert site.plan(PLAN_ARN)["TrainingPlanName"] == "p5"
    with pytest.raises(site.sagemaker.exceptions.ResourceNotFound, match="p6 not found"):
        site.plan("p6")


def test_a_second_plan_of_a_name_is_refused(site: Reservations) -> None:
    site.buy()
    with pytest.raises(site.sagemaker.exceptions.ResourceInUse, match="p5 already exists"):
        site.buy()
    assert len(site.told("purchase")) == 1


def test_a_second_plan_of_a_name_can_be_set_to_be_accepted_and_billed() -> None:
    cloud = Cloud.start(Settings(duplicate_plan_name="accepted"))
    site = Reservations(cloud)
    assert site.buy() != site.buy()
    summaries = site.sagemaker.list_training_plans()["TrainingPlanSummaries"]
    assert [each["TrainingPlanName"] for each in summaries] == ["p5", "p5"]
    cloud.stop()


def test_an_offerings_id_can_be_set_to_run_out_after_the_search_that_found_it() -> None:
    cloud = Cloud.start(Settings(offering_lifetime_minutes=10))
    site = Reservations(cloud)
    first, again = (found(site, InstanceType="ml.p5.48xlarge", DurationHours=24)[0] for _ in range(2))
    cloud.advance(seconds=660)
    fresh = found(site, InstanceType="ml.p5.48xlarge", DurationHours=24)[0]
    ids = [each["TrainingPlanOfferingId"] for each in (first, again, fresh)]
    assert (ids[0] == ids[1], ids[1] == ids[2]) == (True, False)
    with pytest.raises(ClientError, match="not found"):
        site.sagemaker.create_training_plan(TrainingPlanName="p5", TrainingPlanOfferingId=ids[0])
    site.sagemaker.create_training_plan(TrainingPlanName="p5", TrainingPlanOfferingId=ids[2])
    cloud.stop()


def test_an_unknown_offering_can_not_be_bought(site: Reservations) -> None:
    with pytest.raises(site.sagemaker.exceptions.ResourceNotFound, match="tpo-nothing"):
        site.sagemaker.create_training_plan(TrainingPlanName="p5", TrainingPlanOfferingId="tpo-nothing")


def test_plans_are_listed_in_pages_filtered_and_sorted(site: Reservations) -> None:
    for number in range(12):
        site.buy(f"plan-{number:02}")
    site.cloud.advance(seconds=600)
    site.buy("later", blocks=[{"start": "2026-03-20T11:30:00Z", "end": "2026-03-21T11:30:00Z"}])
    first = site.sagemaker.list_training_plans()
    second = site.sagemaker.list_training_plans(NextToken=first["NextToken"])
    assert [len(page["TrainingPlanSummaries"]) for page in (first, second)] == [10, 3]
    assert "NextToken" not in second

    def names(**request: Any) -> list[str]:
        pages = site.sagemaker.get_paginator("list_training_plans").paginate(**request)
        return [each["TrainingPlanName"] for page in pages for each in page["TrainingPlanSummaries"]]

    assert names(Filters=[{"Name": "Status", "Value": "Pending"}]) == ["later"]
    assert names(StartTimeAfter=day(10)) == ["later"]
    assert names(SortBy="TrainingPlanName", SortOrder="Descending")[:2] == ["plan-11", "plan-10"]


def test_a_made_up_page_token_is_refused(site: Reservations) -> None:
    with pytest.raises(ClientError, match="Invalid NextToken"):
        site.sagemaker.list_training_plans(NextToken="bogus")


def test_counts_follow_what_endpoints_hold(site: Reservations) -> None:
    site.open()
    site.endpoint()
    plan = site.plan()
    assert (plan["TotalInstanceCount"], plan["AvailableInstanceCount"], plan["InUseInstanceCount"]) == (2, 1, 1)
    arn = plan["ReservedCapacitySummaries"][0]["ReservedCapacityArn"]
    reserved = site.sagemaker.describe_reserved_capacity(ReservedCapacityArn=arn)
    assert (reserved["Status"], reserved["AvailableInstanceCount"], reserved["InUseInstanceCount"]) == ("Active", 1, 1)


def test_nothing_is_available_once_the_reclaim_has_begun(site: Reservations) -> None:
    site.open()
    site.cloud.advance(to=day(10, 11, 0))
    assert (site.plan()["Status"], site.plan()["AvailableInstanceCount"]) == ("Active", 0)


# Changes behind everyone's back


def test_moved_times_move_the_status_changes(site: Reservations) -> None:
    site.buy()
    site.cloud.sagemaker.change_plan({"plan": "p5", "start": "2026-03-02T11:30:00Z", "end": "2026-03-04T11:30:00Z"})
    site.cloud.advance(to=END)
    assert site.told("state")[3:] == [("02 11:32", "Scheduled to Active"), ("04 11:30", "Active to Expired")]


def test_a_forced_status_stands_until_it_is_given_back_to_the_clock(site: Reservations) -> None:
    site.buy()
    site.cloud.sagemaker.change_plan({"plan": "p5", "status": "Expired"})
    site.cloud.advance(to=day(4))
    assert site.plan()["Status"] == "Expired"
    site.cloud.sagemaker.change_plan({"plan": "p5", "status": "by_clock"})
    assert site.plan()["Status"] == "Active"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"plan": "p6"}, "bought plans: p5"),
        ({"plan": "p5", "block": 1}, "blocks 0 to 0"),
        ({"plan": "p5", "end": "2026-03-01T00:00:00Z"}, "must be later than the block's start"),
        ({"plan": "p5", "status": "Gone"}, "status"),
    ],
)
def test_a_wrong_change_is_refused_with_the_name_of_its_field(
    site: Reservations, wrong: dict[str, Any], named: str
) -> None:
    site.buy()
    with pytest.raises(ValueError, match=named):
        site.cloud.sagemaker.change_plan(wrong)


# The pure function


@given(
    minutes=st.lists(st.integers(min_value=1, max_value=20_000), min_size=2, max_size=4).filter(
        lambda gaps: len(gaps) % 2 == 0
    )
)
def test_between_two_turning_points_nothing_about_a_plan_changes(minutes: list[int]) -> None:
    edges = [START + timedelta(minutes=sum(minutes[: i + 1])) for i in range(len(minutes))]
    blocks = tuple(Block(a, b, "us-east-1a") for a, b in zip(edges[::2], edges[1::2], strict=True))
    plan = Plan("p", "p", "arn", "tpo-1", P5, 2, "endpoint", 0, START, blocks)  # type: ignore[arg-type]
    timings = Timings()
    points = sorted({START, *turning_points(plan, timings), edges[-1] + timedelta(days=1)})
    for start, end in pairwise(points):
        middle, last = start + (end - start) / 2, end - timedelta(microseconds=1)
        seen = {(plan_status(plan, t, timings), usable_block(plan, t, timings)) for t in (start, middle, last)}
        assert len(seen) == 1
