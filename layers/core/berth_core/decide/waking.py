"""Whom a wake-up concerns. A wake-up carries a subject and a time, never a fact."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from berth_core.model import Frozen

if TYPE_CHECKING:
    # Most events concern nobody, and the manifest's types are most of a cold start.
    from berth_core.facts import Registration


# SageMaker's endpoints (botocore's model), and any alarm. An event may hold anything, and a name goes into a key.
_ENDPOINT = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_LONGEST_ENDPOINT, _LONGEST_ALARM = 63, 255


class Subject(Frozen):
    """What an event is about."""

    endpoint: str | None = None
    alarm: str | None = None


def subject_of(event: dict[str, Any]) -> Subject:
    """The endpoint or alarm that an EventBridge event names; an empty subject for anything else."""
    detail = event.get("detail")
    if not isinstance(detail, dict):
        return Subject()
    if event.get("source") == "aws.sagemaker":
        name = _text(detail.get("EndpointName"), _LONGEST_ENDPOINT)
        return Subject(endpoint=name if name and _ENDPOINT.fullmatch(name) else None)
    if event.get("source") == "aws.cloudwatch":
        return Subject(alarm=_text(detail.get("alarmName"), _LONGEST_ALARM))
    return Subject()


def concerned(subject: Subject, registrations: Iterable[Registration]) -> tuple[str, ...]:
    """The deployments to wake, by name."""
    # Only here, for the same reason.
    from berth_core.naming import deployment_of_alarm

    of_alarm = deployment_of_alarm(subject.alarm) if subject.alarm else None
    return tuple(sorted(each.name for each in registrations if _concerns(subject, of_alarm, each)))


def _concerns(subject: Subject, of_alarm: str | None, registration: Registration) -> bool:
    if of_alarm == registration.name:
        return bool(registration.manifest.components)
    # Endpoint names are case-insensitive on creation (aws-facts 2.7), and ours are lower case.
    if subject.endpoint is not None:
        return subject.endpoint.lower() == registration.name
    return subject.alarm is not None and subject.alarm in registration.manifest.rollout.alarms


def _text(value: Any, longest: int) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= longest else None
