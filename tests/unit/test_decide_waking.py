"""Whom an event concerns: a subject and a time, never a fact."""

import json
from pathlib import Path
from typing import Any

import pytest

from berth_core.decide.waking import Subject, concerned, subject_of
from tests.builders import registration
from tests.unit.component_facts import deployed

EVENTS = Path(__file__).parents[2] / "events" / "in"
ALARMED = registration(rollout={"alarms": ["llama-eval-5xx"]})
PARTED = deployed()
OTHER = registration({"name": "other"}, name="other", rollout={"alarms": ["llama-eval-5xx", "slow"]})


def sample(name: str, **detail: Any) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return {**event, "detail": {**event["detail"], **detail}}


@pytest.mark.parametrize(
    ("event", "subject"),
    [
        (sample("endpoint-state-change"), Subject(endpoint="llama-eval")),
        (sample("endpoint-deployment-state-change"), Subject(endpoint="llama-eval")),
        (sample("alarm-state-change"), Subject(alarm="llama-eval-5xx")),
        (sample("create-training-plan-call"), Subject()),
        (sample("manifest-created"), Subject()),
        (sample("endpoint-state-change", EndpointName=""), Subject()),
        (sample("endpoint-state-change", EndpointName=7), Subject()),
        (sample("alarm-state-change", alarmName=None), Subject()),
        (sample("alarm-state-change", alarmName="a" * 256), Subject()),
        (sample("endpoint-state-change", EndpointName="../llama-eval"), Subject()),
        (sample("endpoint-state-change", EndpointName="a" * 64), Subject()),
        (sample("endpoint-state-change", EndpointName="\u212aelvin"), Subject()),  # lower case makes it kelvin
        ({"source": "aws.sagemaker", "detail": "llama-eval"}, Subject()),
        ({}, Subject()),
    ],
)
def test_what_an_event_is_about(event: dict[str, Any], subject: Subject) -> None:
    assert subject_of(event) == subject


@pytest.mark.parametrize(
    ("subject", "woken"),
    [
        (Subject(endpoint="llama-eval"), ("llama-eval",)),
        (Subject(endpoint="LLAMA-Eval"), ("llama-eval",)),
        (Subject(endpoint="llama"), ()),
        (Subject(alarm="llama-eval-5xx"), ("llama-eval", "other")),
        (Subject(alarm="slow"), ("other",)),
        (Subject(alarm="berth.idle.llama-eval.llama-8b"), ()),
        (Subject(alarm="berth.idle.other.llama-8b"), ()),
        (Subject(alarm="stranger"), ()),
        (Subject(), ()),
    ],
)
def test_who_is_woken(subject: Subject, woken: tuple[str, ...]) -> None:
    assert concerned(subject, [OTHER, ALARMED]) == woken


def test_an_alarm_of_ours_wakes_whose_components_it_watches() -> None:
    assert concerned(Subject(alarm="berth.wake.llama-eval.llama-8b"), [OTHER, PARTED]) == ("llama-eval",)
    assert concerned(Subject(alarm="berth.5xx.llama-eval.llama-8b"), [OTHER, PARTED]) == ()
