"""Whom a wake-up concerns. A wake-up carries a subject and a time, never a fact."""

from collections.abc import Iterable
from typing import Any

from berth_core.facts import Registration
from berth_core.model import Frozen


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
        return Subject(endpoint=_text(detail.get("EndpointName")))
    if event.get("source") == "aws.cloudwatch":
        return Subject(alarm=_text(detail.get("alarmName")))
    return Subject()


def concerned(subject: Subject, registrations: Iterable[Registration]) -> tuple[str, ...]:
    """The deployments to wake, by name."""
    return tuple(sorted(each.name for each in registrations if _concerns(subject, each)))


def _concerns(subject: Subject, registration: Registration) -> bool:
    # Endpoint names are case-insensitive on creation (aws-facts 2.7), and ours are lower case.
    if subject.endpoint is not None:
        return subject.endpoint.lower() == registration.name
    return subject.alarm is not None and subject.alarm in registration.manifest.rollout.alarms


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
