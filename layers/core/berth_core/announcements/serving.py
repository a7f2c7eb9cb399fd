"""News of the endpoint: on its capacity, changed, or not."""

from datetime import datetime

from berth_core.announcements.announcement import Announcement, announcement


def endpoint_deployed(
    *, deployment: str, at: datetime, reason: str, decision_id: str, config_name: str, plan: str
) -> Announcement:
    """The endpoint serves on a plan's reserved instances."""
    return announcement(
        "Endpoint Deployed",
        deployment=deployment,
        at=at,
        reason=reason,
        decision_id=decision_id,
        endpoint=deployment,
        config_name=config_name,
        plan=plan,
    )


def endpoint_rotated(
    *, deployment: str, at: datetime, reason: str, decision_id: str, config_name: str, plan: str | None = None
) -> Announcement:
    """The endpoint serves a new model or with a new instance count. `plan` is absent on on-demand instances."""
    return announcement(
        "Endpoint Rotated",
        deployment=deployment,
        at=at,
        reason=reason,
        decision_id=decision_id,
        endpoint=deployment,
        config_name=config_name,
        plan=plan,
    )


def rollback_detected(
    *, deployment: str, at: datetime, reason: str, decision_id: str, code: str, wanted_config: str, live_config: str
) -> Announcement:
    """SageMaker went back to the old config, whether or not it said so."""
    return announcement(
        "Rollback Detected",
        deployment=deployment,
        at=at,
        reason=reason,
        decision_id=decision_id,
        code=code,
        endpoint=deployment,
        wanted_config=wanted_config,
        live_config=live_config,
    )


def deployment_failed(*, deployment: str, at: datetime, reason: str, decision_id: str, code: str) -> Announcement:
    """A deploy or a rotation failed, and nothing was rolled back."""
    return announcement(
        "Deployment Failed",
        deployment=deployment,
        at=at,
        reason=reason,
        decision_id=decision_id,
        code=code,
        endpoint=deployment,
    )


def downtime_begins(*, deployment: str, at: datetime, reason: str, decision_id: str, config_name: str) -> Announcement:
    """The endpoint is deleted now, to be made anew on `config_name`: until then nothing serves."""
    return announcement(
        "Downtime Begins",
        deployment=deployment,
        at=at,
        reason=reason,
        decision_id=decision_id,
        endpoint=deployment,
        config_name=config_name,
    )


def components_scaled(
    *, deployment: str, at: datetime, reason: str, decision_id: str, copies: int, components: tuple[str, ...]
) -> Announcement:
    """All named inference components have this many copies; 0 is parked."""
    return announcement(
        "Components Scaled",
        deployment=deployment,
        at=at,
        reason=reason,
        decision_id=decision_id,
        endpoint=deployment,
        copies=copies,
        components=components,
    )
