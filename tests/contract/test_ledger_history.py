"""What has happened, in DynamoDB and in the fake: outcomes, holds, stays, turns, and what was told once."""

from datetime import UTC, datetime, timedelta

from berth_aws.history import attempt
from berth_aws.ledger import Ledger
from berth_core.decisions import ConfigSpec, Hold
from berth_core.facts import Turn
from berth_core.naming import config_spec
from berth_core.outcomes import Outcome
from tests.builders import END, START, registration, stay

NAME = "llama-eval"
NOW = datetime(2026, 3, 3, 11, 30, 0, 250_000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_what_is_told_once_is_told_again_only_by_the_run_that_told_it(ledger: Ledger) -> None:
    assert ledger.history.tell_once(NAME, "budget-80", "run 1")
    assert ledger.history.tell_once(NAME, "budget-80", "run 1")
    assert not ledger.history.tell_once(NAME, "budget-80", "run 2")
    assert ledger.history.tell_once(NAME, "budget-100", "run 2")


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
        assert [each.target for each in ledger.standing(NAME).attempts] == ["config-3", "config-2", "config-1"]

    def test_the_newest_fifty_are_enough(self, ledger: Ledger) -> None:
        for index in range(53):
            ledger.history.keep_outcome(NAME, outcome(index))
        targets = [each.target for each in ledger.standing(NAME).attempts]
        assert (len(targets), targets[0], targets[-1]) == (50, "config-52", "config-3")

    def test_a_failed_attempt_keeps_its_code_and_its_times(self, ledger: Ledger) -> None:
        failed = outcome(1, kind="failed", code="NoCapacity", asked="hand_over", rung="on_demand", plan_arn="arn")
        ledger.history.keep_outcome(NAME, failed)
        [failure] = ledger.standing(NAME).attempts
        assert (failure.kind, failure.rung, failure.done, failure.code) == (
            "hand_over",
            "on_demand",
            False,
            "NoCapacity",
        )
        assert (failure.started_at, failure.ended_at, failure.plan_arn) == (failed.started_at, failed.ended_at, "arn")

    def test_an_outcome_recorded_again_is_one_attempt_and_the_last_word_counts(self, ledger: Ledger) -> None:
        ledger.history.keep_outcome(NAME, outcome(1, kind="failed", code="TimedOut"))
        ledger.history.keep_outcome(NAME, outcome(1))
        assert [each.done for each in ledger.standing(NAME).attempts] == [True]

    def test_a_version_is_new_only_once(self, ledger: Ledger) -> None:
        assert not ledger.history.has_version(NAME, "v1", NOW)
        assert ledger.history.keep_version(NAME, "v1", NOW, {"text": "version: 1"})
        assert ledger.history.has_version(NAME, "v1", NOW)
        assert not ledger.history.keep_version(NAME, "v1", NOW, {"text": "version: 1"})

    def test_a_hold_may_be_kept_again(self, ledger: Ledger) -> None:
        held = Hold(code="WaitingForPlan", reason="Scheduled", next_at=END)
        ledger.history.keep_hold(NAME, held, NOW)
        ledger.history.keep_hold(NAME, held, NOW)
        assert ledger.standing(NAME).attempts == ()

    def test_a_stay_runs_until_it_is_ended_and_the_first_end_counts(self, ledger: Ledger) -> None:
        ledger.history.begin_stay(NAME, stay(START))
        assert ledger.standing(NAME).stays == (stay(START),)
        assert ledger.history.end_stay(NAME, START, END)
        assert not ledger.history.end_stay(NAME, START, END + MINUTE)
        assert ledger.standing(NAME).stays == (stay(START, END),)

    def test_a_stay_begun_again_is_not_overwritten(self, ledger: Ledger) -> None:
        ledger.history.begin_stay(NAME, stay(START))
        ledger.history.end_stay(NAME, START, END)
        ledger.history.begin_stay(NAME, stay(START))
        assert ledger.standing(NAME).stays == (stay(START, END),)

    def test_a_turn_runs_until_it_is_ended_and_the_first_end_counts(self, ledger: Ledger) -> None:
        running = Turn(model="ft-a", started_at=START)
        ledger.history.begin_turn(NAME, running)
        assert ledger.standing(NAME).turns == (running,)
        assert ledger.history.end_turn(NAME, running, END)
        assert not ledger.history.end_turn(NAME, running, END + MINUTE)
        ledger.history.begin_turn(NAME, running)
        assert ledger.standing(NAME).turns == (running.model_copy(update={"ended_at": END}),)

    def test_a_try_that_failed_is_a_turn_of_its_own_and_turns_come_oldest_first(self, ledger: Ledger) -> None:
        failed = Turn(model="ft-b", started_at=END, ended_at=END, code="RolledBack")
        running = Turn(model="ft-a", started_at=START)
        for turn in (failed, running):
            ledger.history.begin_turn(NAME, turn)
        assert ledger.standing(NAME).turns == (running, failed)
        assert not ledger.history.end_turn(NAME, Turn(model="ft-c", started_at=START), END)

    def test_what_was_made_and_replaced_is_known_from_the_attempts(self, ledger: Ledger) -> None:
        spec = config_spec(registration(), instance_type="ml.p5.48xlarge", count=1, plan_arn=None)
        ledger.history.keep_outcome(NAME, _made(spec))
        known = ledger.standing(NAME).attempts[0]
        assert known.config is not None
        assert known.config.model_dump(exclude={"created_at"}) == spec.model_dump(exclude={"serves"})
        assert known.replaced == "old"

    def test_what_was_made_before_variants_were_remembered_was_called_main(self) -> None:
        spec = config_spec(registration(), instance_type="ml.p5.48xlarge", count=1, plan_arn=None)
        row = _made(spec).model_dump(mode="json")
        del row["config"]["variant"]
        known = attempt(row).config
        assert known is not None
        assert known.variant == "main"

    def test_a_rollouts_second_fleet_is_kept_once_beside_the_stay_and_the_last_word_counts(
        self, ledger: Ledger
    ) -> None:
        fleet = stay(START, END).model_copy(update={"beside": True})
        ledger.history.begin_stay(NAME, stay(START))
        ledger.history.keep_fleet_beside(NAME, fleet)
        longer = fleet.model_copy(update={"ended_at": END + MINUTE})
        ledger.history.keep_fleet_beside(NAME, longer)
        assert ledger.standing(NAME).stays == (stay(START), longer)
        assert ledger.history.end_stay(NAME, START, END)

    def test_stays_come_oldest_first_and_never_expire(self, ledger: Ledger) -> None:
        ledger.history.begin_stay(NAME, stay(END, count=2))
        ledger.history.begin_stay(NAME, stay(START))
        assert [each.started_at for each in ledger.standing(NAME).stays] == [START, END]
        assert not ledger.history.end_stay(NAME, NOW, END)


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
