"""Application Auto Scaling of inference components: bounds, step scaling from zero, target tracking to zero."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from rehearsal.settings import Settings
from tests.conformance.reservations import (
    IDLE_SECONDS,
    LAUNCH_SECONDS,
    LOAD_SECONDS,
    UNLOAD_SECONDS,
    day,
)
from tests.conformance.scaled import BEGIN, TARGET, Scaled


@pytest.fixture
def scaled(cloud: Cloud) -> Scaled:
    return Scaled(cloud)


def refusal_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return f"{error.value.response['Error']['Code']}: {error.value.response['Error']['Message']}"


# What is registered


def test_a_target_is_described_as_registered(scaled: Scaled) -> None:
    suspended = {"DynamicScalingInSuspended": True}
    arn = scaled.register(0, 3, SuspendedState=suspended, Tags={"team": "nlp"})
    (target,) = scaled.scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"], target["ScalableTargetARN"]) == (0, 3, arn)
    assert target["SuspendedState"] == {
        "DynamicScalingInSuspended": True,
        "DynamicScalingOutSuspended": False,
        "ScheduledScalingSuspended": False,
    }
    assert scaled.scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"team": "nlp"}


def test_registering_again_changes_what_is_given(scaled: Scaled) -> None:
    arn = scaled.register(0, 3)
    again = scaled.scaling.register_scalable_target(**TARGET, MaxCapacity=2)
    (target,) = scaled.scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    assert again["ScalableTargetARN"] == arn
    assert (target["MinCapacity"], target["MaxCapacity"]) == (0, 2)


def test_registering_moves_the_copies_into_the_bounds_at_once(scaled: Scaled) -> None:
    scaled.register(3, 4)
    assert scaled.component_state() == ("Updating", 1, 3)
    scaled.cloud.advance(seconds=LOAD_SECONDS)
    scaled.register(0, 2)
    assert scaled.component_state() == ("Updating", 3, 2)


def test_what_is_refused(scaled: Scaled) -> None:
    with pytest.raises(ClientError) as error:
        scaled.register(3, 2)
    assert refusal_of(error).startswith("ValidationException: Maximum capacity")
    with pytest.raises(ClientError) as error:
        scaled.track()
    assert refusal_of(error).startswith("ObjectNotFoundException: No scalable target found")
    with pytest.raises(ClientError) as error:
        scaled.scaling.deregister_scalable_target(**TARGET)
    assert refusal_of(error).startswith("ObjectNotFoundException: No scalable target found")
    with pytest.raises(ClientError) as error:
        scaled.scaling.delete_scaling_policy(**TARGET, PolicyName="track")
    assert refusal_of(error).startswith("ObjectNotFoundException: No scaling policy found")
    other = {**TARGET, "ResourceId": "inference-component/b"}
    with pytest.raises(ClientError) as error:
        scaled.scaling.register_scalable_target(**other, MinCapacity=0, MaxCapacity=1)
    assert "does not exist" in refusal_of(error)


def test_target_tracking_makes_two_alarms_and_takes_them_along(scaled: Scaled) -> None:
    scaled.register()
    made = scaled.track()
    names = [alarm["AlarmName"] for alarm in made["Alarms"]]
    assert [name[: len("TargetTracking-inference-component/a-AlarmLow")] for name in names] == [
        "TargetTracking-inference-component/a-AlarmHig",
        "TargetTracking-inference-component/a-AlarmLow",
    ]
    alarms = scaled.cloudwatch.describe_alarms(AlarmNamePrefix="TargetTracking")["MetricAlarms"]
    assert [(each["Period"], each["EvaluationPeriods"], each["Threshold"]) for each in alarms] == [
        (10, 6, 5.0),
        (10, 90, 4.5),
    ]
    (policy,) = scaled.scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
    assert (policy["PolicyName"], policy["PolicyARN"]) == ("track", made["PolicyARN"])
    scaled.scaling.deregister_scalable_target(**TARGET)
    assert scaled.cloudwatch.describe_alarms()["MetricAlarms"] == []
    assert scaled.scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"] == []


def test_other_services_targets_are_motos(cloud: Cloud) -> None:
    scaling = cloud.client("application-autoscaling")
    table = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/t",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
    }
    scaling.register_scalable_target(**table, MinCapacity=1, MaxCapacity=2)
    assert len(scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]) == 1
    assert scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"] == []


# From zero


def test_the_first_refused_request_brings_a_copy_back(scaled: Scaled) -> None:
    scaled.register()
    scaled.step_from_zero()
    scaled.copies(0)
    scaled.cloud.advance(seconds=UNLOAD_SECONDS + IDLE_SECONDS)
    assert scaled.count() == 0
    scaled.send(day(3, 13), 10)
    scaled.cloud.advance(to=day(3, 13, 1))
    assert scaled.component_state() == ("Updating", 0, 1)
    scaled.cloud.advance(seconds=LAUNCH_SECONDS)
    assert scaled.component_state() == ("InService", 1, 1)
    assert scaled.scalings() == ["03 13:01:00 0 to 1 copies"]
    scaled.cloud.advance(to=day(3, 14))
    report = scaled.cloud.traffic.report()["llama"]
    assert (report["served"], report["failed"]) == (298, 302)


def test_a_short_cooldown_brings_more_copies_than_needed(scaled: Scaled) -> None:
    scaled.register()
    scaled.step_from_zero(cooldown=60)
    scaled.copies(0)
    scaled.cloud.advance(seconds=UNLOAD_SECONDS + IDLE_SECONDS)
    scaled.send(day(3, 13), 10)
    scaled.cloud.advance(to=day(3, 14))
    assert scaled.component_state()[2] > 1


# Target tracking


def test_target_tracking_adds_copies_after_a_minute(scaled: Scaled) -> None:
    scaled.register()
    scaled.track()
    scaled.send(BEGIN, 60, per_minute=60 * 12)
    scaled.cloud.advance(to=day(3, 11, 41))
    assert scaled.component_state() == ("Updating", 1, 3)
    scaled.cloud.advance(to=day(3, 12, 40))
    assert scaled.scalings() == ["03 11:41:00 1 to 3 copies"]


def test_target_tracking_goes_to_zero_after_fifteen_quiet_minutes(scaled: Scaled) -> None:
    scaled.register()
    scaled.track()
    scaled.send(BEGIN, 60, per_minute=300)
    scaled.cloud.advance(to=day(4))
    assert scaled.scalings() == ["03 12:55:00 1 to 0 copies"]
    assert scaled.component_state() == ("InService", 0, 0)
    assert scaled.count() == 0


def test_little_traffic_keeps_a_copy(scaled: Scaled) -> None:
    scaled.register()
    scaled.track()
    scaled.send(BEGIN, 240, per_minute=6)
    scaled.cloud.advance(to=day(3, 15))
    assert scaled.scalings() == []
    scaled.cloud.advance(to=day(4))
    assert [each[3:8] for each in scaled.scalings()] == ["15:55"]


def test_a_component_that_was_quiet_before_goes_at_once(scaled: Scaled) -> None:
    scaled.cloud.advance(to=day(3, 12))
    scaled.register()
    scaled.track()
    scaled.cloud.advance(seconds=10)
    assert scaled.scalings() == ["03 12:00:00 1 to 0 copies"]


@pytest.mark.parametrize(
    ("target", "policy"),
    [({"SuspendedState": {"DynamicScalingInSuspended": True}}, {}), ({}, {"DisableScaleIn": True})],
)
def test_scale_in_can_be_suspended_or_left_out(scaled: Scaled, target: dict[str, Any], policy: dict[str, Any]) -> None:
    scaled.register(**target)
    scaled.track(**policy)
    scaled.cloud.advance(to=day(4))
    assert scaled.scalings() == []


def test_a_cooldown_holds_the_next_activity(scaled: Scaled) -> None:
    scaled.register(0, 8)
    scaled.track(ScaleOutCooldown=600, TargetValue=1.0)
    scaled.send(BEGIN, 30, per_minute=120)
    scaled.send(day(3, 11, 45), 25, per_minute=240)
    scaled.cloud.advance(to=day(3, 12, 9))
    assert scaled.scalings() == ["03 11:41:00 1 to 2 copies", "03 11:51:00 2 to 6 copies"]


def test_a_refused_activity_is_tried_again(scaled: Scaled) -> None:
    scaled.register(0, 4)
    scaled.track()
    scaled.send(BEGIN, 60, per_minute=60 * 12)
    scaled.cloud.advance(to=BEGIN + timedelta(seconds=50))
    scaled.copies(2)
    scaled.cloud.advance(to=day(3, 12))
    activities = scaled.scaling.describe_scaling_activities(ServiceNamespace="sagemaker")["ScalingActivities"]
    assert [each["StatusCode"] for each in activities] == ["Successful", "Failed", "Failed", "Failed"]
    assert scaled.component_state() == ("InService", 3, 3)


@pytest.mark.parametrize(("restored", "copies"), [(True, 1), (False, 0)])
def test_copies_below_the_minimum_come_back_or_not(restored: bool, copies: int) -> None:
    scaled = Scaled(Cloud.start(Settings(minimum_is_restored=restored)))
    scaled.register(1, 4)
    scaled.copies(0)
    scaled.cloud.advance(seconds=3600)
    assert scaled.component_state() == ("InService", copies, copies)
