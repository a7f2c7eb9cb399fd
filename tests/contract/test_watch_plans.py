"""The watch: looks at everything, and carries out what was decided of it in an order that loses nothing."""

import json
from datetime import timedelta
from typing import Any

import pytest

from berth_aws import clients, unread_manifests
from berth_aws.registrations import Noted
from berth_aws.steps import watch_plans as step
from berth_aws.steps.watch_plans import Place, Watched, watch_plans
from berth_core.decide.unread import ObjectBrief
from berth_core.decide.watch import EndpointBrief
from berth_core.facts import PlanSeen
from tests.builders import END, START, block, manifest, plan
from tests.fakes.ledger import FakeLedger

NOW = START - timedelta(days=1)
LEADS = (1440, 360, 60)
PLACE = Place(
    event_bus="berth",
    reconcile_arn="arn:machine",
    schedule_group="berth",
    schedule_role_arn="arn:aws:iam::111122223333:role/berth-schedules",
    schedule_target_arn="arn:aws:lambda:us-east-1:111122223333:function:berth-watch-plans",
    schedule_dlq_arn="arn:aws:sqs:us-east-1:111122223333:berth-schedule-dead-letters",
    manifest_bucket="berth-manifests",
    register_arn="arn:aws:lambda:us-east-1:111122223333:function:berth-register-manifest",
)
KEY = "deployments/llama-eval.yaml"
SCHEDULED = plan(status="Scheduled", available_count=0)


class World:
    """An account: what SageMaker lists, and one client for everything else, which writes down what is asked of it."""

    def __init__(self) -> None:
        self.plans: tuple[PlanSeen, ...] = (SCHEDULED,)
        self.endpoints: tuple[EndpointBrief, ...] = ()
        self.calls: list[str] = []
        self.schedules: dict[str, str] = {}
        self.news: list[dict[str, Any]] = []
        self.broken = ""
        self.ledger = FakeLedger()
        self.ledger.registrations.register(manifest(), "v1", NOW, "mark-of-v1")
        self.objects: tuple[ObjectBrief, ...] = (ObjectBrief(key=KEY, mark="mark-of-v1"),)

    def start_execution(self, **arguments: str) -> None:
        self._note("start")

    def create_schedule(self, **arguments: Any) -> None:
        self._note("schedule")
        self.schedules[arguments["Name"]] = arguments["ScheduleExpression"]

    def delete_schedule(self, **arguments: str) -> None:
        self._note("unschedule")
        del self.schedules[arguments["Name"]]

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        self._note("announce")
        self.news += [{"type": entry["DetailType"], **json.loads(entry["Detail"])} for entry in Entries]
        return {"FailedEntryCount": 0, "Entries": []}

    def invoke(self, **arguments: Any) -> None:
        self._note("hand on")

    def watch(self, at: Any = NOW) -> Watched:
        return watch_plans(LEADS, PLACE, self.ledger, at)

    def reconciled(self) -> None:
        self.ledger.registrations.reconciled("llama-eval", Noted(due_at=None, placed_on="p5-for-eval"))

    def _note(self, what: str) -> None:
        if what == self.broken:
            raise RuntimeError("crash")
        if not self.calls or self.calls[-1] != what:
            self.calls.append(what)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(clients, "shared", lambda _service: world)
    monkeypatch.setattr(step, "list_plans", lambda _client: world.plans)
    monkeypatch.setattr(step, "list_endpoints", lambda _client: world.endpoints)
    monkeypatch.setattr(unread_manifests, "list_manifests", lambda _client, _bucket: world.objects)
    return world


def test_a_new_plan_is_scheduled_announced_and_remembered(world: World) -> None:
    answer = world.watch()
    assert answer.woken == ("llama-eval",)
    assert answer.announced == 1
    assert (world.news[0]["type"], world.news[0]["deployment"]) == ("Training Plan State Change", "llama-eval")
    assert {"at(2026-03-03T11:30:00)", "at(2026-03-10T11:30:00)"} <= set(world.schedules.values())
    assert [row.name for row in world.ledger.plans.all()] == ["p5-for-eval"]


def test_the_rows_come_last(world: World) -> None:
    world.watch()
    assert world.calls == ["start", "schedule", "announce"]


@pytest.mark.parametrize("broken", ["start", "schedule", "announce"])
def test_a_crash_repeats_rather_than_loses(world: World, broken: str) -> None:
    world.broken = broken
    with pytest.raises(RuntimeError, match="crash"):
        world.watch()
    assert world.ledger.plans.all() == ()
    world.broken = ""
    world.watch(NOW + timedelta(minutes=5))
    assert [each["type"] for each in world.news] == ["Training Plan State Change"]
    assert "at(2026-03-03T11:30:00)" in world.schedules.values()


def test_a_second_look_at_the_same_does_nothing(world: World) -> None:
    world.watch()
    world.reconciled()
    world.calls.clear()
    answer = world.watch(NOW + timedelta(minutes=5))
    assert (answer.woken, answer.announced, world.calls) == ((), 0, [])
    assert answer.quiet_until == START


def test_an_unread_manifest_is_handed_on_last_and_the_watch_promises_no_rest(world: World) -> None:
    world.objects = (ObjectBrief(key=KEY, mark="mark-of-v2"),)
    answer = world.watch()
    assert (answer.unread, answer.quiet_until) == ((KEY,), NOW)
    assert world.calls == ["start", "schedule", "announce", "hand on"]


def test_a_bucket_that_fails_costs_the_plans_nothing(world: World) -> None:
    world.objects = (ObjectBrief(key=KEY, mark="mark-of-v2"),)
    world.broken = "hand on"
    with pytest.raises(RuntimeError, match="crash"):
        world.watch()
    assert [row.name for row in world.ledger.plans.all()] == ["p5-for-eval"]


def test_an_end_that_moved_moves_its_schedules(world: World) -> None:
    world.watch()
    later = END + timedelta(hours=2)
    world.plans = (SCHEDULED.model_copy(update={"blocks": (block(ends_at=later),)}),)
    answer = world.watch(NOW + timedelta(minutes=5))
    assert answer.announced == 1
    assert "times moved" in world.news[-1]["reason"]
    assert "at(2026-03-10T13:30:00)" in world.schedules.values()
    assert "at(2026-03-10T11:30:00)" not in world.schedules.values()


def test_schedules_of_a_plan_that_is_gone_are_removed(world: World) -> None:
    world.watch()
    world.reconciled()
    world.plans = ()
    world.watch(NOW + timedelta(minutes=5))
    assert world.schedules == {}
    assert world.ledger.overview().schedules == {}


def test_a_schedule_that_is_about_to_fire_is_left_to_fire(world: World) -> None:
    world.watch()
    start = next(name for name, at in world.schedules.items() if at == "at(2026-03-03T11:30:00)")
    world.watch(START - timedelta(seconds=30))
    assert world.schedules[start] == "at(2026-03-03T11:30:00)"
    assert start in world.ledger.overview().schedules


def test_a_schedule_that_has_fired_is_forgotten_without_a_call(world: World) -> None:
    world.watch()
    world.calls.clear()
    world.watch(START + timedelta(minutes=1))
    assert "unschedule" not in world.calls
    assert START not in world.ledger.overview().schedules.values()


def test_a_closing_window_is_told_to_its_deployment_with_its_deadline(world: World) -> None:
    world.plans = (plan(),)
    world.watch(START)
    world.reconciled()
    world.news.clear()
    world.watch(END - timedelta(minutes=360))
    [closing] = [each for each in world.news if each["type"] == "Window Closing"]
    assert (closing["deployment"], closing["plan"]) == ("llama-eval", "p5-for-eval")
    assert closing["finish_by"] == "2026-03-10T10:30:00Z"


def test_a_plan_that_nobody_names_is_told_to_nobody_in_particular(world: World) -> None:
    world.plans = (plan(name="somebody-elses", arn="arn:other"),)
    world.watch()
    assert world.news[0]["deployment"] is None
