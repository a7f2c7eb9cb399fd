"""A component in service, and what can be registered and alarmed for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rehearsal.cloud import Cloud
from tests.conformance.reservations import Reservations, day

TARGET = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "inference-component/a",
    "ScalableDimension": "sagemaker:inference-component:DesiredCopyCount",
}
BEGIN = day(3, 11, 40)
HIGH_RESOLUTION = "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution"


class Scaled(Reservations):
    """Component a with one copy in service since 11:37, at 11:40, and what can be registered for it."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.scaling = cloud.client("application-autoscaling")
        self.cloudwatch = cloud.client("cloudwatch")
        self.open()
        self.component_endpoint()
        self.component()
        cloud.advance(to=BEGIN)

    def register(self, minimum: int = 0, maximum: int = 4, **more: Any) -> str:
        made = self.scaling.register_scalable_target(**TARGET, MinCapacity=minimum, MaxCapacity=maximum, **more)
        self.cloud.kernel.settle()
        return str(made["ScalableTargetARN"])

    def track(self, target: float = 5.0, **more: Any) -> dict[str, Any]:
        config = {
            "TargetValue": target,
            "PredefinedMetricSpecification": {"PredefinedMetricType": HIGH_RESOLUTION},
            **more,
        }
        made: dict[str, Any] = self.scaling.put_scaling_policy(
            **TARGET,
            PolicyName="track",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=config,
        )
        return made

    def step_from_zero(self, cooldown: int = 600) -> str:
        config = {
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
            "Cooldown": cooldown,
        }
        arn: str = self.scaling.put_scaling_policy(
            **TARGET, PolicyName="step", PolicyType="StepScaling", StepScalingPolicyConfiguration=config
        )["PolicyARN"]
        self.cloudwatch.put_metric_alarm(
            AlarmName="refused",
            Namespace="AWS/SageMaker",
            MetricName="NoCapacityInvocationFailures",
            Dimensions=[{"Name": "InferenceComponentName", "Value": "a"}],
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            AlarmActions=[arn],
        )
        return arn

    def send(self, start: datetime, minutes: float, per_minute: float = 60) -> None:
        until = (start + timedelta(minutes=minutes)).isoformat()
        stream = {"endpoint": "llama", "component": "a", "requests_per_minute": per_minute}
        self.cloud.traffic.add({**stream, "from": start.isoformat(), "until": until})

    def scalings(self) -> list[str]:
        """When what was scaled, and to how many."""
        return [
            f"{each.at:%d %H:%M:%S} {each.text.split(',')[0]}" for each in self.cloud.timeline if each.kind == "scaling"
        ]
