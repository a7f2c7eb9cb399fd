"""The adapter of Application Auto Scaling against the rehearsal's: moto's own refuses components."""

from __future__ import annotations

from berth_aws.scaling_changed import Scaler
from berth_aws.scaling_seen import alarms_of, scaling_of
from berth_core.decisions import ScalingSpec
from rehearsal.cloud import Cloud
from tests.conformance.reservations import Reservations

NAME = "llama-eval"
TAGS = {"berth:stack": "berth", "berth:deployment": NAME}
SPEC = ScalingSpec(component="a", min_copies=1, max_copies=4, target_concurrency=5, wakes=True, idle_minutes=15)


def test_what_is_set_up_is_seen_so_and_what_is_removed_is_gone(site: Reservations, cloud: Cloud) -> None:
    site.component_endpoint()
    site.component()
    autoscaling, cloudwatch = cloud.client("application-autoscaling"), cloud.client("cloudwatch")
    scaler = Scaler(autoscaling, cloudwatch, TAGS)
    scaler.set_up(SPEC, None, {})
    (there,) = scaling_of(autoscaling, ["a"])
    assert (there.min_copies, there.max_copies, there.suspended) == (1, 4, False)
    assert (there.target_concurrency, there.wakes) == (5, True)
    alarms = {each.kind: each.minutes for each in alarms_of(cloudwatch, "berth", NAME, ["a"])}
    assert alarms == {"idle": 15, "wake": 0.5}
    scaler.suspend("a")
    (there,) = scaling_of(autoscaling, ["a"])
    assert (there.min_copies, there.suspended) == (0, True)
    for _ in range(2):
        scaler.remove("a")
    assert scaling_of(autoscaling, ["a"]) == ()
    assert alarms_of(cloudwatch, "berth", NAME, ["a"]) == ()
