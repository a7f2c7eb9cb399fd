"""An event wakes the deployments that it concerns, once."""

from typing import Any

import pytest

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.steps.wake_deployments import wake_deployments
from tests.builders import START, manifest
from tests.fakes.ledger import FakeLedger

NAME = "llama-eval"


class TestWake:
    ALARM = {"id": "1", "source": "aws.cloudwatch", "detail": {"alarmName": "llama-5xx"}}  # noqa: RUF012

    @pytest.fixture
    def started(self, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        started: list[str] = []
        ledger.registrations.register(manifest(name="other", rollout={"alarms": ["llama-5xx"]}), "v1", START)

        class Machine:
            def start_execution(self, **arguments: str) -> None:
                started.append(arguments["name"])

        monkeypatch.setattr(clients, "shared", lambda _service: Machine())
        monkeypatch.setattr(Ledger, "named", lambda _table: ledger)
        return started

    def test_an_endpoint_wakes_the_deployment_of_its_name(self, started: list[str]) -> None:
        event = {"id": "1", "source": "aws.sagemaker", "detail": {"EndpointName": NAME}}
        assert wake_deployments(event, "ledger", "arn").woken == (NAME,)
        assert len(started) == 1

    def test_an_alarm_wakes_whoever_names_it(self, started: list[str]) -> None:
        assert wake_deployments(self.ALARM, "ledger", "arn").woken == ("other",)

    def test_a_doubled_event_asks_for_the_same_run(self, started: list[str]) -> None:
        wake_deployments(self.ALARM, "ledger", "arn")
        wake_deployments(self.ALARM, "ledger", "arn")
        assert len(set(started)) == 1

    @pytest.mark.parametrize("event", [{}, {"source": "aws.sagemaker", "detail": {"EndpointName": "somebody-elses"}}])
    def test_what_concerns_nobody_wakes_nobody(self, started: list[str], event: dict[str, Any]) -> None:
        assert wake_deployments(event, "ledger", "arn").woken == ()
        assert started == []
