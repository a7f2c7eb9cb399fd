"""Scalable targets and policies by component, and their operations (aws-facts 3.2)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker.refusals import ApiError, InvalidRequestError
from rehearsal.scaling.acting import Acting
from rehearsal.scaling.policies import METRICS, Policy, Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from rehearsal.cloud import Cloud

NAMESPACE = "sagemaker"
DIMENSION = "sagemaker:inference-component:DesiredCopyCount"
_PREFIX = "inference-component/"
_SUSPENSIONS = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")


class Scaling:
    """What is registered. `acting` does what alarms ask for."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.targets: dict[str, Target] = {}
        self.policies: dict[str, Policy] = {}
        self._tags: dict[str, dict[str, str]] = {}
        self._acting = Acting(cloud, self)
        self.alarm_fired = self._acting.alarm_fired
        self.component_changed = self._acting.component_changed
        self.traffic_changed = self._acting.traffic_changed
        self.operations: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "RegisterScalableTarget": self.register,
            "DescribeScalableTargets": self.describe_targets,
            "DeregisterScalableTarget": self.deregister,
            "PutScalingPolicy": self.put_policy,
            "DescribeScalingPolicies": self.describe_policies,
            "DeleteScalingPolicy": self.delete_policy,
            "DescribeScalingActivities": self.describe_activities,
        }
        self.tag_operations: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "ListTagsForResource": self.list_tags,
            "TagResource": self.tag,
            "UntagResource": self.untag,
        }

    def policy_at(self, arn: str) -> Policy | None:
        return next((policy for policy in self.policies.values() if policy.arn == arn), None)

    def policies_of(self, component: str) -> list[Policy]:
        return [policy for policy in self.policies.values() if policy.component == component]

    # Targets

    def target_arn(self, resource_id: str) -> str:
        """Empty if nothing is registered under that id."""
        target = self.targets.get(resource_id.removeprefix(_PREFIX))
        return target.arn if target else ""

    def tags_of(self, arn: str) -> dict[str, str]:
        return self._tags.get(arn, {})

    def register(self, request: dict[str, Any]) -> dict[str, Any]:
        """A new target, or what is given of one that there is. The copies move into its bounds at once."""
        component = _component_of(request)
        if self._cloud.sagemaker.components.get(component) is None:
            raise InvalidRequestError(f"Inference component {component} does not exist.")
        target = self.targets.get(component) or self._new_target(component, request)
        minimum = request.get("MinCapacity", target.minimum)
        maximum = request.get("MaxCapacity", target.maximum)
        if minimum > maximum:
            raise InvalidRequestError("Maximum capacity cannot be less than minimum capacity")
        target.minimum, target.maximum = minimum, maximum
        target.role = request.get("RoleARN", target.role)
        target.suspended |= {
            key: value for key, value in request.get("SuspendedState", {}).items() if key in _SUSPENSIONS
        }
        self.targets[component] = target
        self._tags.setdefault(target.arn, {}).update(request.get("Tags", {}))
        self._acting.bound(target)
        self._cloud.touched()
        return {"ScalableTargetARN": target.arn}

    def _new_target(self, component: str, request: dict[str, Any]) -> Target:
        for name in ("MinCapacity", "MaxCapacity"):
            if name not in request:
                raise InvalidRequestError(f"{name} is required to register a new scalable target.")
        account, region = self._cloud.settings.account_id, self._cloud.settings.region
        return Target(
            component=component,
            arn=f"arn:aws:application-autoscaling:{region}:{account}:scalable-target/{uuid.uuid4().hex}",
            role=(
                f"arn:aws:iam::{account}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/"
                "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
            ),
            created_at=self._cloud.now,
            minimum=request["MinCapacity"],
            maximum=request["MaxCapacity"],
            suspended=dict.fromkeys(_SUSPENSIONS, False),
        )

    def describe_targets(self, request: dict[str, Any]) -> dict[str, Any]:
        wanted = request.get("ResourceIds")
        found = [each for each in self.targets.values() if wanted is None or _PREFIX + each.component in wanted]
        return {"ScalableTargets": [_shown_target(each) for each in found]}

    def deregister(self, request: dict[str, Any]) -> dict[str, Any]:
        """Its policies go with it, and their alarms."""
        component = _component_of(request)
        target = self._known_target(component, request)
        for policy in self.policies_of(component):
            self._drop(policy)
        del self.targets[component]
        self._tags.pop(target.arn, None)
        self._cloud.touched()
        return {}

    def _known_target(self, component: str, request: dict[str, Any]) -> Target:
        target = self.targets.get(component)
        if target is None:
            raise ApiError(
                "ObjectNotFoundException",
                f"No scalable target found for service namespace: {NAMESPACE}, resource ID: {request['ResourceId']}, "
                f"scalable dimension: {DIMENSION}",
            )
        return target

    # Policies

    def put_policy(self, request: dict[str, Any]) -> dict[str, Any]:
        component = _component_of(request)
        self._known_target(component, request)
        policy = self.policies.get(_key(component, request["PolicyName"]))
        kind = request.get("PolicyType", policy.kind if policy else "StepScaling")
        config = self._configuration(kind, request)
        if policy is None:
            policy = Policy(request["PolicyName"], self._policy_arn(request), kind, component, config, self._cloud.now)
        policy.kind, policy.config = kind, config
        self.policies[_key(component, policy.name)] = policy
        self._delete_alarms(policy)
        if policy.tracks:
            self._make_alarms(policy)
        self._cloud.touched()
        return {"PolicyARN": policy.arn, "Alarms": _alarms_of(policy, self._cloud)}

    def _configuration(self, kind: str, request: dict[str, Any]) -> dict[str, Any]:
        key = {"StepScaling": "StepScaling", "TargetTrackingScaling": "TargetTrackingScaling"}.get(kind, "")
        config: dict[str, Any] | None = request.get(f"{key}PolicyConfiguration")
        if config is None:
            raise InvalidRequestError(f"PolicyType {kind} needs {key or kind}PolicyConfiguration.")
        if kind == "TargetTrackingScaling":
            metric = config.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
            if metric not in METRICS:
                raise InvalidRequestError(
                    f"The rehearsal tracks {', '.join(METRICS)} alone: give one as PredefinedMetricType."
                )
        return config

    def _policy_arn(self, request: dict[str, Any]) -> str:
        account, region = self._cloud.settings.account_id, self._cloud.settings.region
        where = f"resource/{NAMESPACE}/{request['ResourceId']}:policyName/{request['PolicyName']}"
        return f"arn:aws:autoscaling:{region}:{account}:scalingPolicy:{uuid.uuid4()}:{where}"

    def _make_alarms(self, policy: Policy) -> None:
        """Two, as AWS makes them; the low one's threshold is nine tenths of the target (assumption)."""
        metric = METRICS[policy.config["PredefinedMetricSpecification"]["PredefinedMetricType"]]
        target = float(policy.config["TargetValue"])
        self._put_alarm(policy, "AlarmHigh", "GreaterThanThreshold", target, metric.high_periods)
        if not policy.config.get("DisableScaleIn"):
            self._put_alarm(policy, "AlarmLow", "LessThanThreshold", target * 0.9, metric.low_periods)

    def _put_alarm(self, policy: Policy, which: str, comparison: str, threshold: float, periods: int) -> None:
        metric = METRICS[policy.config["PredefinedMetricSpecification"]["PredefinedMetricType"]]
        name = f"TargetTracking-{_PREFIX}{policy.component}-{which}-{uuid.uuid4()}"
        policy.alarms.append(name)
        self._cloudwatch().put_metric_alarm(
            name=name,
            namespace="AWS/SageMaker",
            metric_name=metric.name,
            comparison_operator=comparison,
            evaluation_periods=periods,
            period=metric.period_seconds,
            threshold=threshold,
            statistic=metric.statistic,
            description=f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy.arn}.",
            dimensions=[{"Name": "InferenceComponentName", "Value": policy.component}],
            alarm_actions=[policy.arn],
        )

    def _cloudwatch(self) -> Any:
        from moto.cloudwatch.models import cloudwatch_backends

        return cloudwatch_backends[self._cloud.settings.account_id][self._cloud.settings.region]

    def describe_policies(self, request: dict[str, Any]) -> dict[str, Any]:
        names, resource = request.get("PolicyNames"), request.get("ResourceId")
        found = [
            policy
            for policy in self.policies.values()
            if (names is None or policy.name in names) and resource in (None, _PREFIX + policy.component)
        ]
        return {"ScalingPolicies": [_shown_policy(policy, self._cloud) for policy in found]}

    def delete_policy(self, request: dict[str, Any]) -> dict[str, Any]:
        component = _component_of(request)
        policy = self.policies.get(_key(component, request["PolicyName"]))
        if policy is None:
            raise ApiError(
                "ObjectNotFoundException",
                f"No scaling policy found for service namespace: {NAMESPACE}, resource ID: {request['ResourceId']}, "
                f"scalable dimension: {DIMENSION}, policy name: {request['PolicyName']}",
            )
        self._drop(policy)
        self._cloud.touched()
        return {}

    def _drop(self, policy: Policy) -> None:
        self._delete_alarms(policy)
        del self.policies[_key(policy.component, policy.name)]

    def _delete_alarms(self, policy: Policy) -> None:
        if policy.alarms:
            self._cloudwatch().delete_alarms(list(policy.alarms))
            policy.alarms.clear()

    # Activities and tags

    def describe_activities(self, request: dict[str, Any]) -> dict[str, Any]:
        resource = request.get("ResourceId")
        found = [
            activity
            for target in self.targets.values()
            if resource in (None, _PREFIX + target.component)
            for activity in reversed(target.activities)
        ]
        return {"ScalingActivities": found}

    def owns(self, arn: str) -> bool:
        return any(target.arn == arn for target in self.targets.values())

    def list_tags(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"Tags": dict(self._tags.get(request["ResourceARN"], {}))}

    def tag(self, request: dict[str, Any]) -> dict[str, Any]:
        self._tags.setdefault(request["ResourceARN"], {}).update(request["Tags"])
        return {}

    def untag(self, request: dict[str, Any]) -> dict[str, Any]:
        for key in request["TagKeys"]:
            self._tags.get(request["ResourceARN"], {}).pop(key, None)
        return {}


def _component_of(request: dict[str, Any]) -> str:
    resource: str = request["ResourceId"]
    if not resource.startswith(_PREFIX):
        raise InvalidRequestError("Unsupported service namespace, resource type or scalable dimension")
    return resource.removeprefix(_PREFIX)


def _key(component: str, policy: str) -> str:
    return f"{component}/{policy}"


def _shown_target(target: Target) -> dict[str, Any]:
    return {
        "ServiceNamespace": NAMESPACE,
        "ResourceId": _PREFIX + target.component,
        "ScalableDimension": DIMENSION,
        "MinCapacity": target.minimum,
        "MaxCapacity": target.maximum,
        "RoleARN": target.role,
        "CreationTime": target.created_at,
        "SuspendedState": dict(target.suspended),
        "ScalableTargetARN": target.arn,
    }


def _shown_policy(policy: Policy, cloud: Cloud) -> dict[str, Any]:
    return {
        "PolicyARN": policy.arn,
        "PolicyName": policy.name,
        "ServiceNamespace": NAMESPACE,
        "ResourceId": _PREFIX + policy.component,
        "ScalableDimension": DIMENSION,
        "PolicyType": policy.kind,
        f"{policy.kind}PolicyConfiguration": policy.config,
        "Alarms": _alarms_of(policy, cloud),
        "CreationTime": policy.created_at,
    }


def _alarms_of(policy: Policy, cloud: Cloud) -> list[dict[str, str]]:
    where = f"arn:aws:cloudwatch:{cloud.settings.region}:{cloud.settings.account_id}:alarm:"
    return [{"AlarmName": name, "AlarmARN": where + name} for name in policy.alarms]
