"""Extensions of a plan: what is offered, when the end moves, what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from rehearsal.settings import Settings
from tests.conformance.reservations import END, PLAN_ARN, Reservations, day


@pytest.fixture
def site(cloud: Cloud) -> Reservations:
    return Reservations(cloud)


def extension(site: Reservations, days: int = 1) -> str:
    return site.offer(
        blocks=[{"start": END.isoformat(), "end": (END + timedelta(days=days)).isoformat()}],
        upfront_fee="1500",
        extends="p5",
    )


def extension_offerings(site: Reservations, **more: Any) -> list[dict[str, Any]]:
    answer = site.sagemaker.search_training_plan_offerings(TrainingPlanArn=PLAN_ARN, **more)
    offerings: list[dict[str, Any]] = answer["TrainingPlanExtensionOfferings"]
    return offerings


def test_an_extension_moves_the_end_once_it_is_paid(site: Reservations) -> None:
    site.buy()
    site.cloud.advance(to=day(4))
    offering_id = extension(site)
    assert offering_id.startswith("tpeo-")
    assert [o["TrainingPlanExtensionOfferingId"] for o in extension_offerings(site)] == [offering_id]
    bought = site.sagemaker.extend_training_plan(TrainingPlanExtensionOfferingId=offering_id)
    assert bought["TrainingPlanExtensions"][0]["PaymentStatus"] == "Pending"
    assert site.plan()["EndTime"] == END
    site.cloud.advance(seconds=300)
    assert site.plan()["EndTime"] == day(11)
    history = site.sagemaker.describe_training_plan_extension_history(TrainingPlanArn=PLAN_ARN)
    record = history["TrainingPlanExtensions"][0]
    assert (record["Status"], record["PaymentStatus"], record["UpfrontFee"]) == ("Scheduled", "Completed", "1500.00")
    assert site.told("purchase")[-1][1].startswith("extended with offering tpeo-")


def test_the_end_can_be_set_to_move_at_the_purchase() -> None:
    cloud = Cloud.start(Settings(extension_moves_end="at_purchase"))
    site = Reservations(cloud)
    site.buy()
    site.cloud.advance(to=day(4))
    site.sagemaker.extend_training_plan(TrainingPlanExtensionOfferingId=extension(site))
    assert site.plan()["EndTime"] == day(11)
    site.cloud.advance(seconds=600)
    assert site.plan()["EndTime"] == day(11)
    cloud.stop()


def test_a_running_endpoint_rides_through_an_extension(site: Reservations) -> None:
    site.open()
    site.endpoint()
    site.sagemaker.extend_training_plan(TrainingPlanExtensionOfferingId=extension(site))
    site.cloud.advance(to=day(10, 12, 0))
    assert site.invoke()
    site.cloud.advance(to=day(11, 11, 0))
    with pytest.raises(ClientError, match="has expired"):
        site.invoke()


def test_an_extension_that_is_bought_twice_is_billed_twice(site: Reservations) -> None:
    site.buy()
    site.cloud.advance(to=day(4))
    offering_id = extension(site)
    site.sagemaker.extend_training_plan(TrainingPlanExtensionOfferingId=offering_id)
    with pytest.raises(ClientError, match="payment is pending"):
        site.sagemaker.extend_training_plan(TrainingPlanExtensionOfferingId=offering_id)
    site.cloud.advance(seconds=300)
    site.sagemaker.extend_training_plan(TrainingPlanExtensionOfferingId=offering_id)
    site.cloud.advance(seconds=300)
    assert site.plan()["EndTime"] == day(12)
    assert len(site.told("purchase")) == 3


def test_an_extension_comes_too_late_in_the_last_hour(site: Reservations) -> None:
    site.buy()
    site.cloud.advance(to=day(10, 10, 31))
    with pytest.raises(ClientError, match="1 hour before it ends"):
        site.sagemaker.extend_training_plan(TrainingPlanExtensionOfferingId=extension(site))


def test_extensions_are_made_up_in_days_and_beyond_two_weeks_in_weeks(site: Reservations) -> None:
    site.buy()
    hours = [extension_offerings(site, DurationHours=asked)[0]["DurationHours"] for asked in (10, 48, 24 * 15)]
    assert hours == [24, 48, 24 * 21]


def test_extensions_of_endpoint_plans_can_be_set_not_to_exist() -> None:
    cloud = Cloud.start(Settings(extendable_endpoint_plans=False))
    site = Reservations(cloud)
    site.buy()
    assert extension_offerings(site) == []
    cloud.stop()


def test_an_extension_that_does_not_start_at_the_end_is_refused(site: Reservations) -> None:
    site.buy()
    with pytest.raises(ValueError, match="let it start where plan p5 ends"):
        site.offer(blocks=[{"start": day(11).isoformat(), "end": day(12).isoformat()}], extends="p5")
