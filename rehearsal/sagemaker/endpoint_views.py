"""Endpoints in the shapes of the API (aws-facts 2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker.endpoint import Change, Endpoint
from rehearsal.sagemaker.fleets import Fleet, Variant

if TYPE_CHECKING:
    from rehearsal.sagemaker.twin import Twin


class EndpointViews:
    """Reads endpoints as DescribeEndpoint and ListEndpoints show them."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin

    def summary(self, endpoint: Endpoint) -> dict[str, Any]:
        return {
            "EndpointName": endpoint.name,
            "EndpointArn": endpoint.arn,
            "CreationTime": endpoint.created_at,
            "LastModifiedTime": endpoint.modified_at,
            "EndpointStatus": endpoint.status,
        }

    def described(self, endpoint: Endpoint) -> dict[str, Any]:
        shown = {
            **self.summary(endpoint),
            "EndpointConfigName": endpoint.config,
            "ProductionVariants": self.variants(endpoint),
        }
        if endpoint.failure_reason:
            shown["FailureReason"] = endpoint.failure_reason
        if endpoint.last_deployment:
            shown["LastDeploymentConfig"] = endpoint.last_deployment
        pending = self.pending(endpoint)
        if pending is not None:
            shown["PendingDeploymentSummary"] = pending
        return shown

    def variants(self, endpoint: Endpoint) -> list[dict[str, Any]]:
        """The live fleet; where the count alone changes, with the counts that are wanted."""
        change = endpoint.change
        in_place = change is not None and endpoint.status == "Updating" and not change.new_config
        wanted = change.target if change is not None and in_place else endpoint.live
        standing = _standing(endpoint)
        return [self._live_variant(endpoint, v, standing, wanted) for v in endpoint.live.variants]

    def _live_variant(self, endpoint: Endpoint, live: Variant, standing: Fleet, wanted: Fleet) -> dict[str, Any]:
        present = standing.variant(live.name) or live
        desired = wanted.variant(live.name) or live
        shown: dict[str, Any] = {
            "VariantName": live.name,
            "CurrentWeight": live.weight,
            "DesiredWeight": desired.weight,
            **_kept(live, "ManagedInstanceScaling", "RoutingConfig"),
        }
        if live.serverless:
            return {**shown, "CurrentServerlessConfig": live.serverless, "DesiredServerlessConfig": live.serverless}
        coming = sum(host.variant == live.name and not host.up for host in endpoint.hosts)
        shown |= {"CurrentInstanceCount": present.count - coming, "DesiredInstanceCount": desired.count}
        if live.plan_arn is not None:
            shown["CapacityReservationConfig"] = self._reservation(endpoint, live.plan_arn)
        return shown

    def _reservation(self, endpoint: Endpoint, plan_arn: str) -> dict[str, Any]:
        shown = {"MlReservationArn": plan_arn, "CapacityReservationPreference": "capacity-reservations-only"}
        plan = self._twin.plans.by_arn(plan_arn)
        if plan is None:
            return shown
        summary = self._twin.plans.views.summary(plan)
        return {
            **shown,
            "TotalInstanceCount": plan.instance_count,
            "AvailableInstanceCount": summary["AvailableInstanceCount"],
            "UsedByCurrentEndpoint": self._twin.capacity.used_by(endpoint.name, plan.name),
        }

    def pending(self, endpoint: Endpoint) -> dict[str, Any] | None:
        """Only while a new config is being rolled out (aws-facts 2.4)."""
        change = endpoint.change
        if change is None or not change.new_config or endpoint.status not in ("Creating", "Updating"):
            return None
        return {
            "EndpointConfigName": change.target.config,
            "StartTime": change.started_at,
            "ProductionVariants": [_pending_variant(change, variant) for variant in change.target.variants],
        }


def _standing(endpoint: Endpoint) -> Fleet:
    """The endpoint's own fleet, with the instances that it really has."""
    if endpoint.lost or endpoint.status in ("Creating", "Failed"):
        return endpoint.live.empty()
    remaining = endpoint.change.remaining if endpoint.change is not None else None
    return remaining or endpoint.live


def _pending_variant(change: Change, wanted: Variant) -> dict[str, Any]:
    incoming = change.incoming.variant(wanted.name) if change.incoming is not None else None
    status = {"Status": change.stage.status, "StartTime": change.stage_since or change.started_at}
    shown: dict[str, Any] = {
        "VariantName": wanted.name,
        "CurrentWeight": wanted.weight if change.stage.new_serves else 0.0,
        "DesiredWeight": wanted.weight,
        "VariantStatus": [status],
        **_kept(wanted, "ManagedInstanceScaling", "RoutingConfig", "InstanceType"),
    }
    if wanted.serverless:
        return {**shown, "DesiredServerlessConfig": wanted.serverless}
    # Instances that are still being provisioned don't count yet (assumption).
    launched = incoming is not None and change.stage.status not in ("Creating", "Updating")
    return {
        **shown,
        "CurrentInstanceCount": incoming.count if incoming is not None and launched else 0,
        "DesiredInstanceCount": wanted.count,
    }


def _kept(variant: Variant, *keys: str) -> dict[str, Any]:
    return {key: variant.asked[key] for key in keys if key in variant.asked}
