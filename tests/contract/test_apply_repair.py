"""One repair: looks afresh, claims what has a lease, and leaves alone what somebody is at."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from berth_aws import clients
from berth_aws.leases import LEASE
from berth_aws.scaling_changed import Scaler
from berth_aws.steps import apply_repair as step
from berth_aws.steps.apply_repair import Place, apply_repair
from berth_aws.steps.clean_configs import Cleaned
from berth_aws.waiters import Waiter
from berth_core.errors import BusyError
from berth_core.naming import staging_of
from berth_core.sweeps import Repair, Repaired
from tests.builders import manifest
from tests.fakes.ledger import FakeLedger

NAME = "llama-eval"
NOW = datetime(2026, 3, 3, 11, 30, tzinfo=UTC)
ARN = "arn:aws:states:us-east-1:111122223333:execution:berth-deployment-reconcile:one"
SWEEP = "arn:aws:states:us-east-1:111122223333:execution:berth-fleet-reconcile:two"
PLACE = Place(stack="berth", observe_only=False, reconcile_arn="arn:machine", schedule_group="berth")


class World:
    """One client for all services: an endpoint with a status, executions that run or don't, tokens that are open."""

    def __init__(self) -> None:
        self.status: str | None = None
        self.running = False
        self.open = {"token"}
        self.started: set[str] = set()
        self.schedules = {"gone-due"}
        self.asked: list[str] = []
        self.ledger = FakeLedger()

    def describe_endpoint(self, EndpointName: str) -> dict[str, Any]:
        if self.status is None:
            raise _error("ValidationException", f'Could not find endpoint "{EndpointName}".')
        return {"EndpointStatus": self.status}

    def describe_execution(self, executionArn: str) -> dict[str, Any]:
        if executionArn != ARN:
            raise _error("ExecutionDoesNotExist", "Execution Does Not Exist")
        return {"status": "RUNNING" if self.running else "ABORTED"}

    def send_task_success(self, taskToken: str, output: str) -> None:
        if taskToken not in self.open:
            raise _error("TaskTimedOut", "Task Timed Out")
        self.open.remove(taskToken)

    def start_execution(self, stateMachineArn: str, name: str, input: str) -> None:
        if name in self.started:
            raise _error("ExecutionAlreadyExists", "Execution Already Exists")
        self.started.add(name)

    def delete_schedule(self, GroupName: str, Name: str) -> None:
        if Name not in self.schedules:
            raise _error("ResourceNotFoundException", "Schedule does not exist")
        self.schedules.remove(Name)

    def delete_trials(self, name: str, _stack: str) -> tuple[str, ...]:
        self.asked.append(name)
        return ("a-staging",)

    def clean_configs(self, *_: Any) -> Cleaned:
        self.asked.append("configs")
        return Cleaned(deleted=("a-config",))

    def repair(self, kind: Any, place: Place = PLACE, **over: Any) -> Repaired:
        given = {"deployment": NAME, "reason": "because", "cause": "cause", **over}
        return apply_repair(Repair(kind=kind, **given), SWEEP, place, self.ledger, NOW)

    def waits(self, holder: str = ARN) -> None:
        waiter = Waiter(holder=holder, token="token", until="settled")
        self.ledger.waiters.store(NAME, waiter, NOW - timedelta(hours=1))

    def resume(self) -> Repaired:
        return self.repair("resume_waiter", subject=NAME, holder=ARN)


def _error(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "SomeOperation")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(clients, "shared", lambda _service: world)
    monkeypatch.setattr(step, "delete_trials", world.delete_trials)
    monkeypatch.setattr(step, "clean_configs", world.clean_configs)
    monkeypatch.setattr(Scaler, "remove", lambda _, component: world.asked.append(component))
    return world


class TestReconcile:
    def test_one_run_is_started_for_one_cause(self, world: World) -> None:
        assert [world.repair("reconcile").kind for _ in range(2)] == ["repaired", "left"]

    def test_it_is_started_while_only_observing_too(self, world: World) -> None:
        place = PLACE.model_copy(update={"observe_only": True})
        assert world.repair("reconcile", place).kind == "repaired"


class TestResumeWaiter:
    def test_a_task_that_nobody_woke_goes_on(self, world: World) -> None:
        world.waits()
        world.status = "InService"
        assert (world.resume().reason, world.open) == ("because: it goes on", set())
        assert world.resume().kind == "left"

    def test_a_dead_task_is_forgotten(self, world: World) -> None:
        world.waits()
        world.status, world.open = "InService", set()
        assert world.resume().reason == "because: it was dead, and is forgotten"
        assert world.ledger.waiters.all() == ()

    def test_a_task_whose_execution_has_ended_is_forgotten_though_the_endpoint_changes(self, world: World) -> None:
        world.waits()
        world.status = "Updating"
        assert world.resume().reason == "because: its execution has ended, and it is forgotten"
        assert world.ledger.waiters.all() == ()

    def test_an_execution_that_step_functions_has_forgotten_has_ended(self, world: World) -> None:
        world.waits("arn:another")
        world.status = "Updating"
        assert world.repair("resume_waiter", subject=NAME, holder="arn:another").kind == "repaired"

    def test_a_task_that_may_wait_waits_on(self, world: World) -> None:
        world.waits()
        world.status, world.running = "Updating", True
        assert world.resume().kind == "left"
        assert len(world.ledger.waiters.all()) == 1


@pytest.mark.parametrize(
    ("kind", "subject", "lease", "asked"),
    [
        ("clean_staging", "", staging_of(NAME), NAME),
        ("clean_configs", "", NAME, "configs"),
        ("remove_scaling", "llama-1", NAME, "llama-1"),
    ],
)
class TestLeases:
    def test_a_repair_claims_and_gives_back(
        self, world: World, kind: str, subject: str, lease: str, asked: str
    ) -> None:
        assert world.repair(kind, subject=subject).kind == "repaired"
        assert world.asked == [asked]
        assert world.ledger.leases.of([lease]) == {}

    def test_what_a_live_run_holds_is_left(self, world: World, kind: str, subject: str, lease: str, asked: str) -> None:
        held = world.ledger.leases.claim(lease, ARN, "endpoint_deploy", NOW - LEASE + timedelta(seconds=1))
        answer = world.repair(kind, subject=subject)
        assert (answer.kind, answer.reason) == ("left", f"{ARN} is at it (endpoint_deploy)")
        assert (world.asked, world.ledger.leases.of([lease])) == ([], {lease: held})

    def test_only_observing_says_what_it_would_do(
        self, world: World, kind: str, subject: str, lease: str, asked: str
    ) -> None:
        answer = world.repair(kind, PLACE.model_copy(update={"observe_only": True}), subject=subject)
        assert (answer.kind, world.asked) == ("would", [])
        assert "because" in answer.reason


@pytest.mark.parametrize("kind", ["clean_configs", "remove_scaling"])
def test_what_came_back_meanwhile_is_left(world: World, kind: str) -> None:
    world.status = "InService"
    assert (world.repair(kind).kind, world.asked) == ("left", [])
    assert world.ledger.leases.of([NAME]) == {}


@pytest.mark.parametrize("kind", ["clean_configs", "remove_scaling", "drop_schedule"])
def test_what_is_managed_by_now_is_left(world: World, kind: str) -> None:
    world.ledger.registrations.register(manifest(), "v1", NOW)
    assert world.repair(kind, subject="gone-due").reason == f"{NAME} is managed by now"
    assert (world.asked, world.schedules) == ([], {"gone-due"})


def test_a_schedule_is_dropped_once(world: World) -> None:
    kinds = [world.repair("drop_schedule", deployment="gone", subject="gone-due").kind for _ in range(2)]
    assert kinds == ["repaired", "left"]


def test_nothing_of_ours_is_no_repair(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "delete_trials", lambda *_: ())
    assert world.repair("clean_staging").kind == "left"


def test_what_is_busy_is_left_to_the_next_sweep(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any) -> None:
        raise BusyError("SageMaker takes no change just now")

    monkeypatch.setattr(step, "delete_trials", busy)
    assert world.repair("clean_staging").reason == "not now: SageMaker takes no change just now"
    assert world.ledger.leases.of([staging_of(NAME)]) == {}
