"""`make timings`: plays the figures that AWS has published for scale to zero, and writes docs/timings.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rehearsal.cloud import Cloud
from rehearsal.settings import Settings, Timings

PAGE = Path(__file__).parent.parent / "docs" / "timings.md"
_ROLE = "arn:aws:iam::111122223333:role/inference"
_TARGET: dict[str, Any] = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "inference-component/model",
    "ScalableDimension": "sagemaker:inference-component:DesiredCopyCount",
}
_BLOG = (
    "https://aws.amazon.com/blogs/machine-learning/"
    "unlock-cost-savings-with-the-new-scale-down-to-zero-feature-in-amazon-sagemaker-inference/"
)


@dataclass(frozen=True)
class Timing:
    """Minutes as AWS published them, as a sum, and as they came out here."""

    what: str
    sum_of: str
    published: float
    rehearsed: float


class _Site:
    """An endpoint for components with one copy in service, auto scaling as AWS's blog sets it up, and no traffic."""

    def __init__(self, timings: Timings, instance_type: str) -> None:
        self.cloud = Cloud.start(Settings(timings=timings))
        self._sagemaker = self.cloud.client("sagemaker")
        self._make(instance_type)

    def _make(self, instance_type: str) -> None:
        image = {"Image": "image"}
        self._sagemaker.create_model(ModelName="model", PrimaryContainer=image, ExecutionRoleArn=_ROLE)
        variant = {
            "VariantName": "AllTraffic",
            "InstanceType": instance_type,
            "InitialInstanceCount": 1,
            "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 0, "MaxInstanceCount": 4},
        }
        self._sagemaker.create_endpoint_config(
            EndpointConfigName="config", ProductionVariants=[variant], ExecutionRoleArn=_ROLE
        )
        self._sagemaker.create_endpoint(EndpointName="endpoint", EndpointConfigName="config")
        needs = {"NumberOfAcceleratorDevicesRequired": 8, "MinMemoryRequiredInMb": 1024}
        self._sagemaker.create_inference_component(
            InferenceComponentName="model",
            EndpointName="endpoint",
            Specification={"ModelName": "model", "ComputeResourceRequirements": needs},
            RuntimeConfig={"CopyCount": 1},
        )
        self.cloud.advance(seconds=600)

    def scale(self) -> None:
        """Target tracking, and one copy more for a request that found none."""
        scaling = self.cloud.client("application-autoscaling")
        scaling.register_scalable_target(**_TARGET, MinCapacity=0, MaxCapacity=4)
        metric = "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution"
        tracking = {"TargetValue": 5.0, "PredefinedMetricSpecification": {"PredefinedMetricType": metric}}
        scaling.put_scaling_policy(
            **_TARGET,
            PolicyName="tracking",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=tracking,
        )
        step = {
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
            "Cooldown": 600,
        }
        policy = scaling.put_scaling_policy(
            **_TARGET, PolicyName="step", PolicyType="StepScaling", StepScalingPolicyConfiguration=step
        )
        self.cloud.client("cloudwatch").put_metric_alarm(
            AlarmName="refused",
            Namespace="AWS/SageMaker",
            MetricName="NoCapacityInvocationFailures",
            Dimensions=[{"Name": "InferenceComponentName", "Value": "model"}],
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            AlarmActions=[policy["PolicyARN"]],
        )

    def send(self, start: datetime, minutes: float, per_minute: int) -> None:
        stream = {"endpoint": "endpoint", "component": "model", "requests_per_minute": per_minute}
        until = start + timedelta(minutes=minutes)
        self.cloud.traffic.add({**stream, "from": start.isoformat(), "until": until.isoformat()})

    def copies(self) -> tuple[int, int]:
        """Current and desired."""
        seen = self._sagemaker.describe_inference_component(InferenceComponentName="model")["RuntimeConfig"]
        return seen["CurrentCopyCount"], seen["DesiredCopyCount"]

    def instances(self) -> int:
        seen = self._sagemaker.describe_endpoint(EndpointName="endpoint")
        return int(seen["ProductionVariants"][0]["CurrentInstanceCount"])

    def minutes_until(self, holds: Callable[[], bool], since: datetime) -> float:
        self.cloud.kernel.run_until(holds, max_seconds=7200)
        return (self.cloud.now - since).total_seconds() / 60


def measured() -> list[Timing]:
    """Plays each figure in a cloud of its own."""
    plain = Timings(unload_minutes=0)
    large = Timings(unload_minutes=0, provision_minutes=3.018, load_minutes=1.984)
    return [*_scale_in(plain), _scale_out(plain), _from_zero(plain, "8B"), _from_zero(large, "70B")]


def _scale_in(timings: Timings) -> list[Timing]:
    site = _Site(timings, "ml.p5.48xlarge")
    begin = site.cloud.now
    site.send(begin, 30, 300)
    site.scale()
    quiet = begin + timedelta(minutes=30)
    site.cloud.advance(to=quiet)
    parked = site.minutes_until(lambda: site.copies() == (0, 0), quiet)
    released = site.minutes_until(lambda: site.instances() == 0, quiet)
    site.cloud.stop()
    return [
        Timing("From the last request to no copies", "15 (90 points of 10 s)", 15, parked),
        Timing("From the last request to no instances", "15 + 10", 25, released),
    ]


def _scale_out(timings: Timings) -> Timing:
    site = _Site(timings, "ml.p5.48xlarge")
    site.scale()
    begin = site.cloud.now
    site.send(begin, 30, 720)
    minutes = site.minutes_until(lambda: site.copies()[1] > 1, begin)
    site.cloud.stop()
    return Timing("From the load to more copies asked for", "1", 1, minutes)


def _from_zero(timings: Timings, model: str) -> Timing:
    site = _Site(timings, "ml.p5.48xlarge")
    site.scale()
    site.cloud.advance(seconds=7200)
    begin = site.cloud.now
    site.send(begin, 30, 60)
    minutes = site.minutes_until(lambda: site.copies()[0] == 1, begin)
    site.cloud.stop()
    parts = [1, timings.provision_minutes, timings.load_minutes]
    summed = " + ".join(f"{part:g}" for part in parts)
    return Timing(f"From the first refused request to a copy, {model} model", summed, sum(parts), minutes)


_PAGE = """\
# Scale to zero: published times, rehearsed

AWS published how long scale to zero takes, there and back ([blog][blog]). The rehearsal plays each figure on its
virtual clock, with its own alarms, auto scaling and managed instance scaling. So the table shows that these parts, put
together, take what AWS measured; it measures nothing itself. In minutes:

| what | made up of | published | rehearsed |
|---|---|---|---|
{rows}

Set for this: `timings.unload_minutes` 0, and for the 70B model `timings.provision_minutes` 3.018 and
`timings.load_minutes` 1.984. AWS adds one to two minutes of lag in metrics: `timings.metric_lag_minutes`.

`make timings` writes this page, and a test keeps it in step.

[blog]: {blog}
"""


def page(timings: list[Timing]) -> str:
    """docs/timings.md."""
    rows = [f"| {each.what} | {each.sum_of} | {each.published:.2f} | {each.rehearsed:.2f} |" for each in timings]
    return _PAGE.format(rows="\n".join(rows), blog=_BLOG)


def main() -> int:
    timings = measured()
    PAGE.write_text(page(timings), encoding="utf-8")
    for each in timings:
        print(f"{each.what}: published {each.published:.2f}, rehearsed {each.rehearsed:.2f} minutes")
    print(f"Written: {PAGE.relative_to(PAGE.parent.parent)}")
    return 0
