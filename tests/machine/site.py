"""A deployed stack with a plan, a model and a manifest, and one machine run on it by hand."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from rehearsal.cloud import Cloud
from rehearsal.deployment import deploy
from rehearsal.settings import Settings

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
START = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
END = datetime(2026, 3, 10, 11, 30, tzinfo=UTC)
OPEN = START + timedelta(minutes=5)
P5 = "ml.p5.48xlarge"
P4D = "ml.p4d.24xlarge"
NAME = "llama-eval"
INFERENCE_ROLE = "arn:aws:iam::111122223333:role/inference"
BY_HAND_ONLY = "2026-03-20T00:00:00Z"
"""As `hold_until` it keeps reconcile's hands off, until the way off, and the machines to whoever starts them."""
MANIFEST: dict[str, Any] = {
    "version": 1,
    "name": NAME,
    "reservation": {"plans": ["p5"], "instance_type": P5},
    "model": "m1",
    "hold_until": BY_HAND_ONLY,
    "smoke_test": {"body": "{}"},
    "end_of_window": {"on_demand": {"instance_types": [P5, P4D], "max_hours": 24, "max_usd": "2400.00"}},
}


@dataclass(frozen=True)
class Ended:
    """How the execution that was started by hand ended, and the states that it passed through."""

    status: str
    error: str
    cause: str
    path: list[str]


class Site:
    """Only one at a time, like the cloud it stands on. Call `close` after use."""

    def __init__(self, settings: Settings | None = None, **parameters: str) -> None:
        begins = {"start": START - timedelta(minutes=30)}
        self.cloud = Cloud.start((settings or Settings()).model_copy(update=begins), forkable=True)
        self.cloud.lambdas.keeps_modules = True
        given = {
            "PurchaseBudgetUsd": "20000",
            "ExecutionRoleArns": INFERENCE_ROLE,
            "ApprovalActionArns": "arn:aws:codepipeline:us-east-1:111122223333:gone/s/a",
            **parameters,
        }
        self.outputs = deploy(self.cloud, TEMPLATE, parameters=given).outputs
        self.sagemaker = self.cloud.client("sagemaker")
        self.machines = self.cloud.client("stepfunctions")

    def close(self) -> None:
        errors = list(self.cloud.kernel.errors)
        self.cloud.stop()
        assert errors == []

    def at(self, moment: datetime) -> None:
        self.cloud.advance(to=moment)

    def asleep_at(self, moment: datetime) -> None:
        """At a moment of the window's last day, and no schedule has woken anybody on that day."""
        self.at(END - timedelta(days=1))
        self.faulty(("schedule:*", "drop"), ("schedule:watch", "drop"))
        self.at(moment)

    def buy(self) -> None:
        """Two instances for a week, as `p5`, and the models m1 and m2."""
        blocks = [{"start": START.isoformat(), "end": END.isoformat(), "zone": "us-east-1a"}]
        body = {"instance_type": P5, "instance_count": 2, "blocks": blocks, "upfront_fee": "9000.00"}
        offering = self.cloud.sagemaker.put_on_sale(body)
        self.sagemaker.create_training_plan(TrainingPlanName="p5", TrainingPlanOfferingId=offering)
        for model in ("m1", "m2"):
            image = {"Image": "image"}
            self.sagemaker.create_model(ModelName=model, ExecutionRoleArn=INFERENCE_ROLE, PrimaryContainer=image)

    def put(self, **over: Any) -> None:
        """The manifest, with top-level keys replaced; None leaves one out."""
        manifest = {key: value for key, value in {**MANIFEST, **over}.items() if value is not None}
        self.cloud.client("s3").put_object(
            Bucket=self.outputs["ManifestBucket"],
            Key=f"deployments/{NAME}.yaml",
            Body=yaml.safe_dump(manifest).encode(),
        )
        self.cloud.advance(seconds=60)

    def open(self, **over: Any) -> None:
        self.buy()
        self.put(**over)
        self.at(OPEN)

    def serve(self, **over: Any) -> None:
        """In service on the plan with m1, brought there by hand."""
        self.open(**over)
        assert self.run("endpoint_deploy", {"deployment": NAME}).status == "SUCCEEDED"

    def faulty(self, *faults: tuple[str, str] | tuple[str, str, int]) -> None:
        """Each a place and what goes wrong there, always or so many times."""
        planned = [dict(zip(("on", "do", "times"), fault, strict=False)) for fault in faults]
        self.cloud.faults.add(planned)

    def start(self, machine: str, given: dict[str, Any]) -> str:
        arn = self.outputs["".join(part.capitalize() for part in machine.split("_")) + "StateMachineArn"]
        started = self.machines.start_execution(stateMachineArn=arn, input=json.dumps(given))
        self.cloud.kernel.settle()
        return str(started["executionArn"])

    def run(self, machine: str, given: dict[str, Any]) -> Ended:
        return self.end(self.start(machine, given))

    def end(self, execution: str) -> Ended:
        def has_ended() -> bool:
            return bool(self.machines.describe_execution(executionArn=execution)["status"] != "RUNNING")

        self.until(has_ended, timedelta(days=30))
        described = self.machines.describe_execution(executionArn=execution)
        return Ended(
            status=described["status"],
            error=described.get("error") or "",
            cause=described.get("cause") or "",
            path=self._paths()[execution],
        )

    def until(self, holds: Callable[[], bool], within: timedelta) -> None:
        """Until something has happened: not for what asks for the time."""
        self.cloud.kernel.run_until(holds, within.total_seconds(), reads_clock=False)

    def visited(self) -> dict[str, set[str]]:
        """The states of each machine that any of its executions on this cloud passed through."""
        visited: dict[str, set[str]] = defaultdict(set)
        for arn, path in self._paths().items():
            machine = arn.split(":")[-2].removeprefix("berth-").replace("-", "_")
            visited[machine].update(path)
        return dict(visited)

    def _paths(self) -> dict[str, list[str]]:
        """By execution. From where moto keeps them: GetExecutionHistory writes out each state's input and output."""
        settings = self.cloud.settings
        machines = stepfunctions_parser_backends[settings.account_id][settings.region].state_machines
        executions = [execution for machine in machines for execution in machine.executions]
        return {execution.execution_arn: list(_entered(execution)) for execution in executions}


def _entered(execution: Any) -> Iterator[str]:
    if execution.exec_worker is None:
        return
    for event in execution.exec_worker.env.event_manager._history_event_list:
        if "stateEnteredEventDetails" in event:
            yield event["stateEnteredEventDetails"]["name"]
