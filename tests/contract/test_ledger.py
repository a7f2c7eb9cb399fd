"""One suite for two ledgers: the one in DynamoDB (moto's) and the fake in memory."""

from datetime import UTC, datetime, timedelta

import pytest

from berth_aws.leases import LEASE
from berth_aws.ledger import Ledger
from berth_aws.registrations import LastHold, Noted
from berth_aws.waiters import Waiter
from berth_core.decide.watch import Moment, PlanRow
from berth_core.decisions import ConfigSpec, Hold
from berth_core.errors import RefusedError
from berth_core.facts import Override, Rival, Turn
from berth_core.naming import config_spec
from berth_core.outcomes import Outcome
from tests.builders import END, START, manifest, plan, registration, stay
from tests.fakes.ledger import FakeLedger

NAME = "llama-eval"
NOW = datetime(2026, 3, 3, 11, 30, 0, 250_000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["fake", "moto"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    if request.param == "fake":
        return FakeLedger()
    made: Ledger = request.getfixturevalue("moto_ledger")
    return made


class TestLeases:
    def test_the_first_to_claim_wins(self, ledger: Ledger) -> None:
        lease = ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        assert (lease.holder, lease.purpose, lease.expires_at) == ("me", "endpoint_deploy", NOW + LEASE)
        assert ledger.standing(NAME, NOW).lease == lease

    def test_the_second_loses_and_learns_who_has_it(self, ledger: Ledger) -> None:
        mine = ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        assert ledger.leases.claim(NAME, "you", "endpoint_rotate", NOW + MINUTE) == mine

    def test_a_holder_may_claim_again_and_gets_a_longer_lease(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "deployment_reconcile", NOW)
        again = ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW + MINUTE)
        assert (again.holder, again.expires_at) == ("me", NOW + MINUTE + LEASE)

    def test_an_expired_lease_is_anybodys(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        assert ledger.standing(NAME, NOW + LEASE).lease is None
        assert ledger.leases.claim(NAME, "you", "endpoint_rotate", NOW + LEASE).holder == "you"

    def test_a_lease_lasts_until_its_very_end(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        almost = NOW + LEASE - timedelta(microseconds=1)
        assert ledger.leases.claim(NAME, "you", "endpoint_rotate", almost).holder == "me"

    def test_renewing_puts_the_end_off(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        assert ledger.leases.renew(NAME, "me", NOW + 10 * MINUTE)
        lease = ledger.standing(NAME, NOW + LEASE).lease
        assert lease is not None
        assert (lease.purpose, lease.expires_at) == ("endpoint_deploy", NOW + 10 * MINUTE + LEASE)

    def test_nobody_renews_what_another_has_taken_over(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        ledger.leases.claim(NAME, "you", "endpoint_rotate", NOW + LEASE)
        assert not ledger.leases.renew(NAME, "me", NOW + LEASE)
        with pytest.raises(RefusedError, match="no longer held by me"):
            ledger.leases.insist(NAME, "me", NOW + LEASE)

    def test_insisting_renews(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        ledger.leases.insist(NAME, "me", NOW + LEASE)
        assert ledger.standing(NAME, NOW + LEASE).lease is not None

    def test_releasing_twice_is_harmless(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        assert ledger.leases.release(NAME, "me")
        assert not ledger.leases.release(NAME, "me")
        assert ledger.standing(NAME, NOW).lease is None

    def test_nobody_releases_the_lease_of_another(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        assert not ledger.leases.release(NAME, "you")
        assert ledger.standing(NAME, NOW).lease is not None

    def test_each_deployment_has_its_own_lease(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        assert ledger.leases.claim("other", "you", "endpoint_deploy", NOW).holder == "you"

    def test_a_hand_over_takes_it_from_whom_it_saw_and_from_nobody_else(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "you", "endpoint_rotate", NOW)
        kept = ledger.leases.claim(NAME, "me", "window_handover", NOW, deadline=END, instead_of="another")
        assert (kept.holder, kept.urgent) == ("you", False)
        taken = ledger.leases.claim(NAME, "me", "window_handover", NOW, deadline=END, instead_of="you")
        assert (taken.holder, taken.urgent, taken.deadline) == ("me", True, END)
        assert ledger.standing(NAME, NOW).lease == taken
        with pytest.raises(RefusedError, match="another run has taken over"):
            ledger.leases.insist(NAME, "you", NOW)

    def test_what_belongs_to_an_earlier_claim_of_the_same_holder_acts_no_more(self, ledger: Ledger) -> None:
        first = ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        second = ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW + MINUTE)
        assert not ledger.leases.renew(NAME, "me", NOW + MINUTE, first.fence)
        ledger.leases.insist(NAME, "me", NOW + MINUTE, second.fence)
        with pytest.raises(RefusedError, match="another run has taken over"):
            ledger.leases.insist(NAME, "me", NOW + MINUTE, first.fence)


class TestQueues:
    AYA = Rival(name="aya", plan="p5", priority=10, instance_count=2)

    def test_who_waits_is_found_until_its_time(self, ledger: Ledger) -> None:
        zephyr = self.AYA.model_copy(update={"name": "zephyr"})
        for rival in (zephyr, self.AYA):
            ledger.queues.wait(rival, NOW + MINUTE)
        assert ledger.queues.of("p5", NOW) == (self.AYA, zephyr)
        assert ledger.queues.of("p5", NOW + MINUTE) == ()
        assert ledger.queues.of("p6", NOW) == ()

    def test_waiting_again_renews_and_leaving_twice_is_fine(self, ledger: Ledger) -> None:
        ledger.queues.wait(self.AYA, NOW)
        ledger.queues.wait(self.AYA.model_copy(update={"priority": 20}), NOW + MINUTE)
        assert [each.priority for each in ledger.queues.of("p5", NOW)] == [20]
        ledger.queues.leave("p5", "aya")
        ledger.queues.leave("p5", "aya")
        assert ledger.queues.of("p5", NOW) == ()


def test_what_is_told_once_is_told_again_only_by_the_run_that_told_it(ledger: Ledger) -> None:
    assert ledger.history.tell_once(NAME, "budget-80", "run 1")
    assert ledger.history.tell_once(NAME, "budget-80", "run 1")
    assert not ledger.history.tell_once(NAME, "budget-80", "run 2")
    assert ledger.history.tell_once(NAME, "budget-100", "run 2")


class TestRegistrations:
    def test_what_is_registered_comes_back_whole(self, ledger: Ledger) -> None:
        written = manifest(hold_until="2026-12-01T08:00:00Z", tags={"team": "nlp"}, rollout={"alarms": ["llama-5xx"]})
        assert ledger.registrations.register(written, "v1", NOW)
        found = ledger.registrations.get(NAME)
        assert found is not None
        assert (found.name, found.manifest, found.version, found.registered_at) == (NAME, written, "v1", NOW)
        assert found.removed_at is None
        assert ledger.registrations.all() == (found,)

    def test_an_unknown_deployment_is_none(self, ledger: Ledger) -> None:
        assert ledger.registrations.get(NAME) is None
        assert ledger.registrations.last_hold(NAME) is None

    def test_the_same_version_again_changes_nothing(self, ledger: Ledger) -> None:
        ledger.registrations.register(manifest(), "v1", NOW)
        ledger.registrations.override(NAME, Override(instance_count=2))
        assert not ledger.registrations.register(manifest(), "v1", NOW + MINUTE)
        found = ledger.registrations.get(NAME)
        assert found is not None
        assert found.override == Override(instance_count=2)

    def test_a_new_version_starts_afresh(self, ledger: Ledger) -> None:
        ledger.registrations.register(manifest(), "v1", NOW)
        ledger.registrations.override(NAME, Override(model="by-hand"))
        ledger.registrations.reconciled(NAME, Noted(due_at=NOW, endpoint_seen="InService@x"))
        assert ledger.registrations.register(manifest(model="my-model-v2"), "v2", NOW + MINUTE)
        [brief] = ledger.overview().deployments
        assert (brief.reconciled, brief.due_at, brief.endpoint_seen) == (False, None, None)
        found = ledger.registrations.get(NAME)
        assert found is not None
        assert (found.version, found.override) == ("v2", None)

    def test_the_later_look_wins_whatever_arrives_first(self, ledger: Ledger) -> None:
        ledger.registrations.register(manifest(), "v2", NOW + MINUTE)
        assert not ledger.registrations.register(manifest(), "v1", NOW)
        assert not ledger.registrations.remove(NAME, NOW)

    def test_a_removed_deployment_stays_known_until_it_is_forgotten(self, ledger: Ledger) -> None:
        ledger.registrations.register(manifest(), "v1", NOW)
        assert not ledger.registrations.forget(NAME)
        assert ledger.registrations.remove(NAME, NOW + MINUTE)
        assert not ledger.registrations.remove(NAME, NOW + MINUTE)
        found = ledger.registrations.get(NAME)
        assert found is not None
        assert found.removed_at == NOW + MINUTE
        assert ledger.registrations.forget(NAME)
        assert ledger.registrations.get(NAME) is None

    def test_a_removed_deployment_comes_back_with_the_very_same_version(self, ledger: Ledger) -> None:
        ledger.registrations.register(manifest(), "v1", NOW)
        ledger.registrations.remove(NAME, NOW + MINUTE)
        assert ledger.registrations.register(manifest(), "v1", NOW + 2 * MINUTE)
        found = ledger.registrations.get(NAME)
        assert found is not None
        assert found.removed_at is None

    def test_removal_asks_for_one_more_look(self, ledger: Ledger) -> None:
        ledger.registrations.register(manifest(), "v1", NOW)
        ledger.registrations.reconciled(NAME, Noted(due_at=None))
        ledger.registrations.remove(NAME, NOW + MINUTE)
        assert [brief.reconciled for brief in ledger.overview().deployments] == [False]

    def test_removing_what_was_never_there_is_no(self, ledger: Ledger) -> None:
        assert not ledger.registrations.remove(NAME, NOW)

    def test_the_watch_gets_what_it_needs(self, ledger: Ledger) -> None:
        ledger.registrations.register(manifest(end_of_window={"finish_before_minutes": 90}), "v1", NOW)
        ledger.registrations.reconciled(NAME, Noted(due_at=END, endpoint_seen="InService@x"))
        [brief] = ledger.overview().deployments
        assert (brief.name, brief.plans, brief.finish_before_minutes) == (NAME, ("p5-for-eval",), 90)
        assert (brief.due_at, brief.endpoint_seen, brief.reconciled) == (END, "InService@x", True)

    def test_what_is_not_noted_stays_as_it_was(self, ledger: Ledger) -> None:
        held = LastHold(code="HoldUntil", reason="hands off", by="a run")
        ledger.registrations.register(manifest(), "v1", NOW)
        ledger.registrations.reconciled(NAME, Noted(due_at=END, endpoint_seen="InService@x", last_hold=held))
        ledger.registrations.reconciled(NAME, Noted(due_at=None))
        [brief] = ledger.overview().deployments
        assert (brief.due_at, brief.endpoint_seen) == (None, "InService@x")
        assert ledger.registrations.last_hold(NAME) == held
        ledger.registrations.reconciled(NAME, Noted(due_at=None, last_hold=None))
        assert ledger.registrations.last_hold(NAME) is None

    def test_nothing_is_noted_of_what_is_not_registered(self, ledger: Ledger) -> None:
        ledger.registrations.reconciled(NAME, Noted(due_at=END))
        ledger.registrations.override(NAME, Override(model="x"))
        assert ledger.registrations.all() == ()
        assert ledger.overview().deployments == ()


class TestWaiters:
    WAITER = Waiter(holder="me", token="t" * 900, until="settled")

    def test_a_waiter_is_stored_once_and_taken_once(self, ledger: Ledger) -> None:
        ledger.waiters.store(NAME, self.WAITER, NOW)
        ledger.waiters.store(NAME, self.WAITER, NOW + MINUTE)
        assert ledger.waiters.of(NAME) == (self.WAITER,)
        assert ledger.waiters.forget(NAME, self.WAITER)
        assert not ledger.waiters.forget(NAME, self.WAITER)
        assert ledger.waiters.of(NAME) == ()

    def test_several_may_wait_for_one_endpoint_and_none_for_another(self, ledger: Ledger) -> None:
        other = Waiter(holder="you", token="another", until="gone")
        ledger.waiters.store(NAME, self.WAITER, NOW)
        ledger.waiters.store(NAME, other, NOW)
        assert {waiter.until for waiter in ledger.waiters.of(NAME)} == {"settled", "gone"}
        assert ledger.waiters.of("other") == ()

    def test_a_holder_that_waits_anew_is_not_forgotten_for_its_last_try(self, ledger: Ledger) -> None:
        again = self.WAITER.model_copy(update={"token": "another"})
        ledger.waiters.store(NAME, self.WAITER, NOW)
        ledger.waiters.store(NAME, again, NOW)
        assert not ledger.waiters.forget(NAME, self.WAITER)
        assert ledger.waiters.of(NAME) == (again,)


def outcome(index: int, **over: object) -> Outcome:
    given = {
        "kind": "done",
        "reason": "in service",
        "decision_id": f"{index:08x}",
        "asked": "rotate",
        "target": f"config-{index}",
        "started_at": NOW + index * MINUTE,
        "ended_at": NOW + index * MINUTE + timedelta(seconds=30),
        "took_seconds": 30.5,
        **over,
    }
    return Outcome.model_validate(given)


class TestHistory:
    def test_outcomes_come_newest_first(self, ledger: Ledger) -> None:
        for index in (2, 1, 3):
            ledger.history.keep_outcome(NAME, outcome(index))
        assert [each.target for each in ledger.standing(NAME, NOW).attempts] == ["config-3", "config-2", "config-1"]

    def test_the_newest_fifty_are_enough(self, ledger: Ledger) -> None:
        for index in range(53):
            ledger.history.keep_outcome(NAME, outcome(index))
        targets = [each.target for each in ledger.standing(NAME, NOW).attempts]
        assert (len(targets), targets[0], targets[-1]) == (50, "config-52", "config-3")

    def test_a_failed_attempt_keeps_its_code_and_its_times(self, ledger: Ledger) -> None:
        failed = outcome(1, kind="failed", code="NoCapacity", asked="hand_over", rung="on_demand", plan_arn="arn")
        ledger.history.keep_outcome(NAME, failed)
        [attempt] = ledger.standing(NAME, NOW).attempts
        assert (attempt.kind, attempt.rung, attempt.done, attempt.code) == (
            "hand_over",
            "on_demand",
            False,
            "NoCapacity",
        )
        assert (attempt.started_at, attempt.ended_at, attempt.plan_arn) == (failed.started_at, failed.ended_at, "arn")

    def test_an_outcome_recorded_again_is_one_attempt_and_the_last_word_counts(self, ledger: Ledger) -> None:
        ledger.history.keep_outcome(NAME, outcome(1, kind="failed", code="TimedOut"))
        ledger.history.keep_outcome(NAME, outcome(1))
        assert [each.done for each in ledger.standing(NAME, NOW).attempts] == [True]

    def test_a_version_is_new_only_once(self, ledger: Ledger) -> None:
        assert not ledger.history.has_version(NAME, "v1", NOW)
        assert ledger.history.keep_version(NAME, "v1", NOW, {"text": "version: 1"})
        assert ledger.history.has_version(NAME, "v1", NOW)
        assert not ledger.history.keep_version(NAME, "v1", NOW, {"text": "version: 1"})

    def test_a_hold_may_be_kept_again(self, ledger: Ledger) -> None:
        held = Hold(code="WaitingForPlan", reason="Scheduled", next_at=END)
        ledger.history.keep_hold(NAME, held, NOW)
        ledger.history.keep_hold(NAME, held, NOW)
        assert ledger.standing(NAME, NOW).attempts == ()

    def test_a_stay_runs_until_it_is_ended_and_the_first_end_counts(self, ledger: Ledger) -> None:
        ledger.history.begin_stay(NAME, stay(START))
        assert ledger.standing(NAME, NOW).stays == (stay(START),)
        assert ledger.history.end_stay(NAME, START, END)
        assert not ledger.history.end_stay(NAME, START, END + MINUTE)
        assert ledger.standing(NAME, NOW).stays == (stay(START, END),)

    def test_a_stay_begun_again_is_not_overwritten(self, ledger: Ledger) -> None:
        ledger.history.begin_stay(NAME, stay(START))
        ledger.history.end_stay(NAME, START, END)
        ledger.history.begin_stay(NAME, stay(START))
        assert ledger.standing(NAME, NOW).stays == (stay(START, END),)

    def test_a_turn_runs_until_it_is_ended_and_the_first_end_counts(self, ledger: Ledger) -> None:
        running = Turn(model="ft-a", started_at=START)
        ledger.history.begin_turn(NAME, running)
        assert ledger.standing(NAME, NOW).turns == (running,)
        assert ledger.history.end_turn(NAME, running, END)
        assert not ledger.history.end_turn(NAME, running, END + MINUTE)
        ledger.history.begin_turn(NAME, running)
        assert ledger.standing(NAME, NOW).turns == (running.model_copy(update={"ended_at": END}),)

    def test_a_try_that_failed_is_a_turn_of_its_own_and_turns_come_oldest_first(self, ledger: Ledger) -> None:
        failed = Turn(model="ft-b", started_at=END, ended_at=END, code="RolledBack")
        running = Turn(model="ft-a", started_at=START)
        for turn in (failed, running):
            ledger.history.begin_turn(NAME, turn)
        assert ledger.standing(NAME, NOW).turns == (running, failed)
        assert not ledger.history.end_turn(NAME, Turn(model="ft-c", started_at=START), END)

    def test_what_was_made_and_replaced_is_known_from_the_attempts(self, ledger: Ledger) -> None:
        spec = config_spec(registration(), instance_type="ml.p5.48xlarge", count=1, plan_arn=None)
        ledger.history.keep_outcome(NAME, _made(spec))
        known = ledger.standing(NAME, NOW).attempts[0]
        assert known.config is not None
        assert known.config.model_dump(exclude={"variant"}) == spec.model_dump(exclude={"serves"})
        assert known.replaced == "old"

    def test_stays_come_oldest_first_and_never_expire(self, ledger: Ledger) -> None:
        ledger.history.begin_stay(NAME, stay(END, count=2))
        ledger.history.begin_stay(NAME, stay(START))
        assert [each.started_at for each in ledger.standing(NAME, NOW).stays] == [START, END]
        assert not ledger.history.end_stay(NAME, NOW, END)


class TestPlansAndMoments:
    def test_a_plan_row_comes_back_as_it_was(self, ledger: Ledger) -> None:
        row = PlanRow(name="p5-for-eval", seen=plan(), told_leads=("x-1440",))
        ledger.plans.keep([row])
        ledger.plans.keep([row])
        assert ledger.plans.all() == (row,)

    def test_a_moment_is_kept_moved_and_forgotten(self, ledger: Ledger) -> None:
        ledger.moments.keep(Moment(name="p5-b0-start", at=START))
        ledger.moments.keep(Moment(name="p5-b0-start", at=NOW))
        assert ledger.overview().schedules == {"p5-b0-start": NOW}
        ledger.moments.forget("p5-b0-start")
        ledger.moments.forget("p5-b0-start")
        assert ledger.overview().schedules == {}


def _made(spec: ConfigSpec) -> Outcome:
    return Outcome(
        kind="failed",
        code="EndpointFailed",
        reason="it crashed",
        decision_id="1",
        asked="rotate",
        target=spec.name,
        started_at=START,
        ended_at=END,
        took_seconds=60,
        config=spec,
        replaced="old",
    )
