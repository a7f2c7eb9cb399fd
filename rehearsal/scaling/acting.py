"""What alarms, and bounds, set off: UpdateInferenceComponentRuntimeConfig, as the service-linked role calls it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rehearsal.call_counts import by_aws
from rehearsal.scaling.policies import Policy, Target

if TYPE_CHECKING:
    from rehearsal.cloud import Cloud
    from rehearsal.scaling.targets import Scaling
    from rehearsal.timers import Timer

# An alarm that stays in ALARM asks its scaling policy again every minute (CloudWatch user guide).
_AGAIN_SECONDS = 60.0


class Acting:
    """Policies act when an alarm fires, and, while it goes on firing, whenever there may be something else to do."""

    def __init__(self, cloud: Cloud, scaling: Scaling) -> None:
        self._cloud = cloud
        self._scaling = scaling
        self._firing: dict[str, str] = {}
        self._timers: dict[str, Timer] = {}

    def alarm_fired(self, policy_arn: str, alarm: str) -> None:
        policy = self._scaling.policy_at(policy_arn)
        if policy is not None:
            self._firing[policy_arn] = alarm
            self._cloud.kernel.spawn(lambda: self._run(policy), f"scaling policy {policy.name}")

    def traffic_changed(self) -> None:
        """An alarm that is still firing may want something else now."""
        for arn in list(self._firing):
            self._again(arn, _AGAIN_SECONDS)

    def _again(self, arn: str, seconds: float) -> None:
        timer = self._timers.get(arn)
        if timer is not None and timer.live:
            return
        self._timers[arn] = self._cloud.kernel.after(
            seconds, lambda: self._look(arn), "scaling policy", reads_clock=False
        )

    def _look(self, arn: str) -> None:
        policy = self._scaling.policy_at(arn)
        if policy is not None and arn in self._firing:
            self._cloud.kernel.spawn(lambda: self._run(policy), f"scaling policy {policy.name}")

    def _run(self, policy: Policy) -> None:
        alarm = self._firing.get(policy.arn, "")
        target = self._scaling.targets.get(policy.component)
        component = self._cloud.sagemaker.components.get(policy.component)
        if self._cloud.alarms.state_of(alarm) != "ALARM" or target is None or component is None:
            self._firing.pop(policy.arn, None)
            return
        value = self._cloud.alarms.value_of(alarm, mean=policy.tracks)
        threshold = self._cloud.alarms.threshold_of(alarm)
        if value is None or threshold is None:
            return
        wanted = target.within(policy.wanted(component.desired, value, threshold))
        out = wanted > component.desired
        if wanted == component.desired or target.is_suspended(out=out):
            later_seconds = self._cloud.alarms.seconds_to_other_values(alarm)
        else:
            later_seconds = self._cooldown_left(policy, target, out=out)
            if later_seconds <= 0:
                done = self._set(target, wanted, f"{policy.name}: alarm {_shortened(alarm)} at {value:g}")
                later_seconds = max(_AGAIN_SECONDS, policy.cooldown_seconds(out=out) if done else 0.0)
        if later_seconds is not None:
            self._again(policy.arn, later_seconds)

    def _cooldown_left(self, policy: Policy, target: Target, *, out: bool) -> float:
        """Scaling out waits for its own cooldown alone, scaling in for both (user guide of target tracking)."""
        now_us = self._cloud.kernel.now_us
        ends = [target.last_out_us + policy.cooldown_seconds(out=True) * 1e6] if target.last_out_us is not None else []
        if not out and target.last_in_us is not None:
            ends.append(target.last_in_us + policy.cooldown_seconds(out=False) * 1e6)
        return max([0.0, *((end - now_us) / 1e6 for end in ends)])

    # Bounds

    def bound(self, target: Target) -> None:
        """Registering moves the copies into the bounds at once (botocore's text)."""
        self._cloud.kernel.spawn(lambda: self._move_within(target), f"scalable target {target.component}")

    def component_changed(self, component: str) -> None:
        """Somebody else scaled below the minimum: whether it comes back is a setting."""
        target = self._scaling.targets.get(component)
        found = self._cloud.sagemaker.components.get(component)
        if target is None or found is None or found.desired >= target.minimum:
            return
        if self._cloud.settings.minimum_is_restored:
            self._cloud.kernel.after(
                _AGAIN_SECONDS, lambda: self._restore(target), f"scalable target {component}", reads_clock=False
            )

    def _restore(self, target: Target) -> None:
        if self._scaling.targets.get(target.component) is target and not target.is_suspended(out=True):
            self.bound(target)

    def _move_within(self, target: Target) -> None:
        component = self._cloud.sagemaker.components.get(target.component)
        if component is None or component.status in ("Deleting", "Failed"):
            return
        wanted = target.within(component.desired)
        if wanted != component.desired and not self._set(
            target, wanted, f"bounds of {target.minimum} to {target.maximum}"
        ):
            self._cloud.kernel.after(
                _AGAIN_SECONDS, lambda: self._restore(target), f"scalable target {target.component}", reads_clock=False
            )

    # The call

    def _set(self, target: Target, copies: int, cause: str) -> bool:
        """Whether SageMaker took it. A refusal, as while the component is busy, is tried again a minute later."""
        component = self._cloud.sagemaker.components.get(target.component)
        before = component.desired if component is not None else 0
        subject = f"inference-component/{target.component}"
        self._cloud.timeline.record("scaling", subject, f"{before} to {copies} copies, {cause}", copies=copies)
        refusal: str | None = None
        try:
            with by_aws():
                self._cloud.client("sagemaker").update_inference_component_runtime_config(
                    InferenceComponentName=target.component, DesiredRuntimeConfig={"CopyCount": copies}
                )
        except ClientError as error:
            refusal = str(error.response["Error"]["Message"])
            self._cloud.timeline.record("scaling", subject, f"refused: {refusal}", error=refusal)
        target.activities.append(self._activity(target, copies, cause, refusal))
        if refusal is None and copies > before:
            target.last_out_us = self._cloud.kernel.now_us
        elif refusal is None:
            target.last_in_us = self._cloud.kernel.now_us
        return refusal is None

    def _activity(self, target: Target, copies: int, cause: str, refusal: str | None) -> dict[str, Any]:
        now = self._cloud.now
        return {
            "ActivityId": str(uuid.uuid4()),
            "ServiceNamespace": "sagemaker",
            "ResourceId": f"inference-component/{target.component}",
            "ScalableDimension": "sagemaker:inference-component:DesiredCopyCount",
            "Description": f"Setting desired copy count to {copies}.",
            "Cause": cause,
            "StartTime": now,
            "EndTime": now,
            "StatusCode": "Failed" if refusal else "Successful",
            "StatusMessage": refusal or f"Successfully set desired copy count to {copies}.",
        }


def _shortened(alarm: str) -> str:
    """Without the id at the end of target tracking's names, which tells nobody anything."""
    return alarm[:-37] if alarm.startswith("TargetTracking-") else alarm
