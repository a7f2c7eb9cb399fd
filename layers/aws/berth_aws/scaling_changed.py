"""Setting up, suspending and taking away the scaling of a component. All may be repeated: every put says the whole.

All functions raise BusyError when throttled or without an answer.
"""

from collections.abc import Mapping
from typing import Any

from berth_aws.clients import Client
from berth_aws.scaling_seen import (
    CONCURRENCY_POLICY,
    DIMENSION,
    KINDS,
    NAMESPACE,
    WAKE_POLICY,
    policies_of,
    resource_id,
    targets_of,
)
from berth_aws.translate import Answer, fine_if, in_our_words
from berth_core.decisions import ScalingSpec
from berth_core.facts import ScalingSeen
from berth_core.naming import DEPLOYMENT_TAG, STACK_TAG, alarm_name

METRIC = "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution"
SUSPENDED = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
WAKE_PERIOD_SECONDS = 30
"""AWS's blog has 30 seconds and a maximum; the guide's own sample needs two refused calls (aws-facts 3.2)."""
IDLE_PERIOD_SECONDS = 60


class Scaler:
    """The scaling of one deployment's components."""

    def __init__(self, autoscaling: Client, cloudwatch: Client, tags: dict[str, str]) -> None:
        self._autoscaling = autoscaling
        self._cloudwatch = cloudwatch
        self._tags = tags

    def suspend(self, component: str) -> None:
        """Nothing is moved by itself from here on. Not registered is as good."""
        if targets_of(self._autoscaling, [component]):
            self._register(component, MinCapacity=0, SuspendedState=dict.fromkeys(SUSPENDED, True))

    def set_up(self, spec: ScalingSpec, there: ScalingSeen | None, alarms: Mapping[str, float]) -> None:
        """Target, policies and alarms as they shall be, and none beside them.

        `alarms` are those that are there, by kind, with their minutes. What is as it shall be isn't put again: an alarm
        that is put forgets its state.
        """
        if spec.target_concurrency is None and not spec.wakes:
            self._delete_alarms(spec.component, "wake")
            self._deregister(spec.component)
        else:
            self._register(
                spec.component,
                MinCapacity=spec.min_copies,
                MaxCapacity=spec.max_copies,
                SuspendedState=dict.fromkeys(SUSPENDED, spec.suspended),
                # Tags are taken only with the first registration.
                **({} if there else {"Tags": self._tags}),
            )
            if there is None or there.target_concurrency != spec.target_concurrency:
                self._track(spec)
            if there is None or (there.wakes, "wake" in alarms) != (spec.wakes, spec.wakes):
                self._wake(spec)
        if spec.idle_minutes is None:
            self._delete_alarms(spec.component, "idle")
        elif alarms.get("idle") != spec.idle_minutes:
            self._watch_idleness(spec.component, spec.idle_minutes)

    def remove(self, component: str) -> None:
        """Gone already is fine."""
        self._delete_alarms(component, *KINDS)
        self._deregister(component)

    def _track(self, spec: ScalingSpec) -> None:
        if spec.target_concurrency is None:
            self._delete_policy(spec.component, CONCURRENCY_POLICY)
            return
        tracking = {
            "TargetValue": float(spec.target_concurrency),
            "PredefinedMetricSpecification": {"PredefinedMetricType": METRIC},
        }
        self._put_policy(
            spec.component,
            CONCURRENCY_POLICY,
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=tracking,
        )

    def _wake(self, spec: ScalingSpec) -> None:
        """From zero target tracking can't bring a copy: there is no copy whose requests it could count."""
        if not spec.wakes:
            self._delete_alarms(spec.component, "wake")
            self._delete_policy(spec.component, WAKE_POLICY)
            return
        steps = {
            "AdjustmentType": "ChangeInCapacity",
            "MetricAggregationType": "Maximum",
            "Cooldown": 60,
            "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
        }
        policy_arn = self._put_policy(
            spec.component, WAKE_POLICY, PolicyType="StepScaling", StepScalingPolicyConfiguration=steps
        )
        self._put_alarm(
            spec.component,
            "wake",
            MetricName="NoCapacityInvocationFailures",
            Statistic="Maximum",
            Period=WAKE_PERIOD_SECONDS,
            EvaluationPeriods=1,
            Threshold=1.0,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            TreatMissingData="missing",
            AlarmActions=[policy_arn],
            AlarmDescription=f"A call of {spec.component} was refused: it has no copies. The first one is on its way.",
        )

    def _watch_idleness(self, component: str, minutes: int) -> None:
        """No data is no call. It wakes the deployment by its change of state, and has no action of its own."""
        self._put_alarm(
            component,
            "idle",
            MetricName="Invocations",
            Statistic="Sum",
            Period=IDLE_PERIOD_SECONDS,
            EvaluationPeriods=minutes * 60 // IDLE_PERIOD_SECONDS,
            Threshold=1.0,
            ComparisonOperator="LessThanThreshold",
            TreatMissingData="breaching",
            AlarmDescription=f"Nobody has called {component} for {minutes} minutes.",
        )

    def _put_alarm(self, component: str, kind: str, **alarm: Any) -> None:
        with in_our_words("PutMetricAlarm"):
            self._cloudwatch.put_metric_alarm(
                AlarmName=self._alarm(component, kind),
                Namespace="AWS/SageMaker",
                Dimensions=[{"Name": "InferenceComponentName", "Value": component}],
                Tags=[{"Key": key, "Value": value} for key, value in sorted(self._tags.items())],
                **alarm,
            )

    def _delete_alarms(self, component: str, *kinds: str) -> None:
        """CloudWatch deletes those that are there, and says nothing of the others."""
        with fine_if(Answer.GONE, "DeleteAlarms"):
            self._cloudwatch.delete_alarms(AlarmNames=[self._alarm(component, kind) for kind in kinds])

    def _alarm(self, component: str, kind: str) -> str:
        return alarm_name(self._tags[STACK_TAG], kind, self._tags[DEPLOYMENT_TAG], component)

    def _put_policy(self, component: str, name: str, **policy: Any) -> str:
        with in_our_words("PutScalingPolicy"):
            answer = self._autoscaling.put_scaling_policy(
                PolicyName=name,
                ServiceNamespace=NAMESPACE,
                ResourceId=resource_id(component),
                ScalableDimension=DIMENSION,
                **policy,
            )
        arn: str = answer["PolicyARN"]
        return arn

    def _delete_policy(self, component: str, name: str) -> None:
        with fine_if(Answer.GONE, "DeleteScalingPolicy"):
            self._autoscaling.delete_scaling_policy(
                PolicyName=name,
                ServiceNamespace=NAMESPACE,
                ResourceId=resource_id(component),
                ScalableDimension=DIMENSION,
            )

    def _register(self, component: str, **target: Any) -> None:
        with in_our_words("RegisterScalableTarget"):
            self._autoscaling.register_scalable_target(
                ServiceNamespace=NAMESPACE, ResourceId=resource_id(component), ScalableDimension=DIMENSION, **target
            )

    def _deregister(self, component: str) -> None:
        """Takes the policies along, and the alarms that target tracking keeps for itself.

        Looks first: we may only take what carries our tag, and IAM finds no tag on what isn't there.
        """
        if not targets_of(self._autoscaling, [component]):
            return
        for name in policies_of(self._autoscaling, component):
            if name in (CONCURRENCY_POLICY, WAKE_POLICY):
                self._delete_policy(component, name)
        with fine_if(Answer.GONE, "DeregisterScalableTarget"):
            self._autoscaling.deregister_scalable_target(
                ServiceNamespace=NAMESPACE, ResourceId=resource_id(component), ScalableDimension=DIMENSION
            )
