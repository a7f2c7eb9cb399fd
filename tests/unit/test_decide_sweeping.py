"""One look at everything: what events and the watch have missed, and what is left of what is gone."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from berth_core.decide.sweeping import MOST_AT_ONCE, PATIENCE, REMEMBERED, Fleet, decide_sweep
from berth_core.decide.watch import DeploymentBrief, EndpointBrief, Look, PlanRow, endpoint_mark
from berth_core.facts import Lease
from berth_core.naming import staging_of
from berth_core.sweeps import Repair, Sweep, WaiterBrief
from tests.builders import START, plan

NAME = "llama-eval"
NOW = START + timedelta(hours=3)
LONG_AGO = NOW - PATIENCE
JUST_NOW = NOW - PATIENCE + timedelta(microseconds=1)
ARN = "arn:aws:states:us-east-1:111122223333:execution:berth-endpoint-deploy:one"


def brief(**over: Any) -> DeploymentBrief:
    mark = endpoint_mark("InService", START)
    given = {"name": NAME, "plans": ("p5-for-eval",), "endpoint_seen": mark, "reconciled": True, **over}
    return DeploymentBrief(**given)


def serving(**over: Any) -> EndpointBrief:
    return EndpointBrief(**{"name": NAME, "status": "InService", "changed_at": START, **over})


def lease(expires_at: datetime) -> Lease:
    return Lease(holder=ARN, purpose="endpoint_rotate", expires_at=expires_at, fence=1)


def waiter(stored_at: datetime, endpoint: str = NAME) -> WaiterBrief:
    return WaiterBrief(endpoint=endpoint, holder=ARN, stored_at=stored_at)


def sweep(*, look: dict[str, Any] | None = None, **over: Any) -> Sweep:
    looked: dict[str, Any] = {
        "now": NOW,
        "lead_minutes": (),
        "plans": (plan(),),
        "rows": (PlanRow(name="p5-for-eval", seen=plan()),),
        "endpoints": (serving(),),
        "deployments": (brief(),),
        **(look or {}),
    }
    return decide_sweep(Fleet(**{"look": Look(**looked), "leases": {}, **over}))


def found(swept: Sweep) -> list[tuple[str, str, str]]:
    return [(repair.kind, repair.deployment, repair.subject) for repair in swept.repairs]


def only(swept: Sweep) -> Repair:
    (repair,) = swept.repairs
    return repair


def test_nothing_is_repaired_where_all_is_in_order() -> None:
    quiet = sweep()
    assert (quiet.repairs, quiet.left_over, quiet.quiet_until) == ((), 0, NOW + timedelta(days=30))


class TestReconciles:
    @pytest.mark.parametrize(
        ("look", "because"),
        [
            ({"deployments": (brief(due_at=LONG_AGO),)}, "due since 2026-03-03 14:15 UTC"),
            ({"endpoints": (serving(changed_at=LONG_AGO),)}, "the endpoint changed"),
        ],
    )
    def test_what_the_watch_has_missed_for_long_is_woken_and_told(self, look: dict[str, Any], because: str) -> None:
        repair = only(sweep(look=look))
        assert (repair.kind, repair.reason, repair.news) == ("reconcile", because, True)

    @pytest.mark.parametrize(
        "look",
        [
            {"deployments": (brief(due_at=JUST_NOW),)},
            {"deployments": (brief(due_at=NOW + timedelta(hours=1)),)},
            {"endpoints": (serving(changed_at=JUST_NOW),)},
            {"endpoints": (serving(status="Updating", changed_at=LONG_AGO),)},
        ],
    )
    def test_what_the_watch_is_about_to_do_is_left_to_it(self, look: dict[str, Any]) -> None:
        assert found(sweep(look=look)) == []

    @pytest.mark.parametrize(
        "look",
        [
            {"deployments": (brief(reconciled=False),)},
            {"endpoints": (serving(changed_at=None),)},
            {"rows": (PlanRow(name="p5-for-eval", seen=plan(status="Scheduled")),)},
        ],
    )
    def test_what_has_no_time_is_woken_and_is_no_news(self, look: dict[str, Any]) -> None:
        repair = only(sweep(look=look))
        assert (repair.kind, repair.news) == ("reconcile", False)

    def test_an_endpoint_that_vanished_is_the_watchs(self) -> None:
        assert found(sweep(look={"endpoints": ()})) == []

    def test_a_start_is_named_after_its_cause_and_hour(self) -> None:
        late = {"deployments": (brief(due_at=LONG_AGO),)}
        assert only(sweep(look=late)).cause == only(sweep(look=late)).cause
        later = only(sweep(look={**late, "now": NOW + timedelta(hours=1)}))
        assert later.cause != only(sweep(look=late)).cause

    def test_nobody_is_woken_while_a_run_holds_the_lease(self) -> None:
        held = {NAME: lease(NOW + timedelta(microseconds=1))}
        assert found(sweep(look={"deployments": (brief(due_at=LONG_AGO),)}, leases=held)) == []

    def test_a_run_that_died_with_the_lease_is_followed_by_another_once(self) -> None:
        repair = only(sweep(leases={NAME: lease(NOW)}))
        assert repair.reason == "a run of endpoint_rotate died with the lease, which lapsed at 2026-03-03 14:30 UTC"
        later = only(sweep(look={"now": NOW + timedelta(hours=5)}, leases={NAME: lease(NOW)}))
        assert later.cause == repair.cause

    def test_a_death_that_was_looked_after_hides_nothing_that_comes_due_after_it(self) -> None:
        look = {"now": NOW + timedelta(hours=5), "deployments": (brief(due_at=NOW + timedelta(hours=4)),)}
        repair = only(sweep(look=look, leases={NAME: lease(NOW)}))
        assert repair.reason.startswith("due since")
        assert not repair.cause.startswith("lapsed")

    @pytest.mark.parametrize(
        ("look", "lapsed_at"), [({}, NOW - REMEMBERED), ({"deployments": (brief(removed=True),)}, NOW)]
    )
    def test_an_old_death_and_that_of_a_removed_deployment_are_let_be(
        self, look: dict[str, Any], lapsed_at: datetime
    ) -> None:
        assert found(sweep(look=look, leases={NAME: lease(lapsed_at)})) == []

    def test_one_that_is_held_or_followed_hides_none_after_it(self) -> None:
        due = brief(name="zephyr", due_at=LONG_AGO)
        look = {"deployments": (brief(due_at=LONG_AGO), due), "endpoints": (serving(), serving(name="zephyr"))}
        held = {NAME: lease(NOW + timedelta(minutes=1))}
        assert found(sweep(look=look, leases=held)) == [("reconcile", "zephyr", "")]
        died = {NAME: lease(NOW)}
        assert found(sweep(look=look, leases=died)) == [("reconcile", NAME, ""), ("reconcile", "zephyr", "")]

    def test_a_run_that_follows_a_death_is_named_after_the_lease(self) -> None:
        assert only(sweep(leases={NAME: lease(NOW)})).cause == f"lapsed {ARN} 1"


class TestWaiters:
    def test_one_that_is_waited_for_hides_none_after_it(self) -> None:
        waiters = (waiter(JUST_NOW, "first"), waiter(LONG_AGO))
        assert found(sweep(waiters=waiters)) == [("resume_waiter", NAME, NAME)]

    def test_a_name_that_begins_with_anothers_is_its_own(self) -> None:
        short, long = brief(), brief(name=f"{NAME}-staging-two")
        staged = f"{NAME}-staging-two-staging-0a1b2c3d"
        serves = (serving(), serving(name=long.name))
        for deployments in ((short, long), (long, short)):
            look = {"deployments": deployments, "endpoints": serves}
            repair = only(sweep(look=look, waiters=(waiter(LONG_AGO, staged),)))
            assert repair.deployment == long.name

    @pytest.mark.parametrize(("stored_at", "kinds"), [(LONG_AGO, ["resume_waiter"]), (JUST_NOW, [])])
    def test_a_task_that_waits_for_long_was_forgotten(self, stored_at: datetime, kinds: list[str]) -> None:
        assert [repair.kind for repair in sweep(waiters=(waiter(stored_at),)).repairs] == kinds

    @pytest.mark.parametrize(
        ("endpoint", "deployment"),
        [(NAME, NAME), (f"{NAME}-staging-0a1b2c3d", NAME), ("somebodys", "somebodys"), ("llama-evals", "llama-evals")],
    )
    def test_a_waiter_is_its_deployments(self, endpoint: str, deployment: str) -> None:
        repair = only(sweep(waiters=(waiter(LONG_AGO, endpoint),)))
        assert (repair.deployment, repair.subject, repair.holder) == (deployment, endpoint, ARN)


class TestLeftovers:
    STAGED = f"{NAME}-staging-0a1b2c3d"
    CONFIG = "old-0a1b2c3d-x1"

    def test_staging_without_a_release_is_cleaned_once_for_endpoint_and_config(self) -> None:
        look = {"endpoints": (serving(), serving(name=self.STAGED))}
        assert found(sweep(look=look, configs=(self.STAGED,))) == [("clean_staging", NAME, "")]
        assert found(sweep(configs=(self.STAGED,))) == [("clean_staging", NAME, "")]

    def test_staging_is_left_to_a_live_release_and_to_a_manifest_that_keeps_it(self) -> None:
        live = {staging_of(NAME): lease(NOW + timedelta(minutes=1))}
        assert found(sweep(configs=(self.STAGED,), leases=live)) == []
        assert found(sweep(look={"deployments": (brief(keeps_staging=True),)}, configs=(self.STAGED,))) == []
        gone = {"deployments": (brief(keeps_staging=True, removed=True),)}
        assert found(sweep(look=gone, configs=(self.STAGED,))) == [("clean_staging", NAME, "")]

    def test_a_lapsed_lease_on_staging_protects_nothing(self) -> None:
        dead = {staging_of(NAME): lease(NOW)}
        assert found(sweep(configs=(self.STAGED,), leases=dead)) == [("clean_staging", NAME, "")]

    def test_what_was_removed_and_is_gone_is_cleaned_and_what_is_managed_is_not(self) -> None:
        bare: dict[str, Any] = {"endpoints": (), "deployments": (brief(removed=True, endpoint_seen=None),)}
        assert found(sweep(look=bare, configs=(f"{NAME}-0a1b2c3d-x1",))) == [("clean_configs", NAME, "")]
        managed: dict[str, Any] = {"endpoints": (), "deployments": (brief(endpoint_seen=None),)}
        kinds = [kind for kind, _, _ in found(sweep(look=managed, configs=(f"{NAME}-0a1b2c3d-x1",)))]
        assert "clean_configs" not in kinds

    def test_configs_of_what_is_gone_are_cleaned_once_a_deployment(self) -> None:
        assert found(sweep(configs=(self.CONFIG, "old-ffffffff-x2"))) == [("clean_configs", "old", "")]

    @pytest.mark.parametrize(
        ("look", "config"),
        [
            ({}, f"{NAME}-0a1b2c3d-x1"),
            ({"endpoints": (serving(), serving(name="old"))}, CONFIG),
            ({}, "somebodys-own-config"),
        ],
    )
    def test_configs_that_are_managed_in_use_or_others_are_let_be(self, look: dict[str, Any], config: str) -> None:
        assert found(sweep(look=look, configs=(config,))) == []

    def test_scaling_of_a_component_goes_with_its_endpoint(self) -> None:
        alarms = ("berth.idle.old.old-1", "berth.wake.old.old-1", f"berth.idle.{NAME}.c", "berth-watch-plans-errors")
        assert found(sweep(alarms=alarms)) == [("remove_scaling", "old", "old-1")]
        assert found(sweep(look={"endpoints": (serving(), serving(name="old"))}, alarms=alarms)) == []

    def test_a_schedule_of_what_is_gone_is_dropped_unless_the_watch_keeps_it(self) -> None:
        schedules = ("old-due", f"{NAME}-due", "known-due", "watch", "sweep", "approval-1", "p5-aaaa-b0-start")
        moments = frozenset({"known-due"})
        assert found(sweep(schedules=schedules, moments=moments)) == [("drop_schedule", "old", "old-due")]

    def test_what_a_live_run_holds_is_left(self) -> None:
        held = {"old": lease(NOW + timedelta(minutes=1))}
        assert found(sweep(configs=(self.CONFIG,), leases=held)) == []


def test_a_sweep_takes_no_more_than_it_can_carry_and_says_what_it_leaves() -> None:
    many = sweep(configs=tuple(f"old-{number}-0a1b2c3d-x1" for number in range(MOST_AT_ONCE + 3)))
    assert (len(many.repairs), many.left_over, many.quiet_until) == (MOST_AT_ONCE, 3, NOW)


def test_a_full_sweep_leaves_nothing() -> None:
    full = sweep(configs=tuple(f"old-{number}-0a1b2c3d-x1" for number in range(MOST_AT_ONCE)))
    assert (len(full.repairs), full.left_over, full.quiet_until) == (MOST_AT_ONCE, 0, NOW + timedelta(days=30))


def test_it_comes_back_when_something_may_have_died() -> None:
    lapses, waits, due = (NOW + timedelta(minutes=minutes) for minutes in (9, 8, 7))
    look = {"deployments": (brief(due_at=due - PATIENCE),)}
    assert sweep(leases={NAME: lease(lapses)}).quiet_until == lapses
    assert sweep(waiters=(waiter(waits - PATIENCE),)).quiet_until == waits
    assert sweep(look=look).quiet_until == due
    assert sweep(look={"endpoints": (serving(changed_at=waits - PATIENCE),)}).quiet_until == waits
