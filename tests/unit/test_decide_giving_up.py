"""What isn't tried again: a version that an alarm has judged, and a component that doesn't come up."""

from typing import Any

import pytest

from berth_core.decide.deployment import decide_deployment
from berth_core.decide.intent import Intent
from berth_core.decide.outcome import SmokeTested, decide_outcome
from berth_core.decide.scaled import scaled
from berth_core.decisions import Rotate, Scale
from berth_core.facts import Gap, RollbackAlarm
from berth_core.outcomes import Outcome, Trouble
from tests.builders import attempt, decide, endpoint, reconcile, registration, snapshot
from tests.unit.component_facts import (
    BASE_DONE,
    HOUR,
    LLAMA,
    MINUTE,
    NOW,
    SCALING,
    by_hand,
    carried_out,
    component,
    deployed,
    idle,
    seen,
)

GUARDED = registration(model="my-model-v2", rollout={"alarms": ["llama-eval-5xx"]})
QUIET = (RollbackAlarm(name="llama-eval-5xx", state="OK"),)
FIRING = (RollbackAlarm(name="llama-eval-5xx", state="ALARM"),)
TWO = [LLAMA, {"name": "broken", "model": "my-model"}]
BROKEN = component(name="broken", status="Failed", desired_copies=1, current_copies=0)
TRIED = (carried_out(at=NOW - HOUR, done=False, code="ComponentFailed"),) * 5


def rolled_back(reason: str, alarms: tuple[RollbackAlarm, ...] = QUIET) -> Outcome:
    """What came of a rotation under the alarm, which is over on the old config."""
    decision: Any = decide(snapshot(deployment=GUARDED, endpoint=endpoint(), rollback_alarms=QUIET))
    after = snapshot(deployment=GUARDED, endpoint=endpoint(failure_reason=reason), rollback_alarms=alarms)
    return decide_outcome(after, decision, SmokeTested(), Trouble())


class TestJudgedByAnAlarm:
    @pytest.mark.parametrize(
        ("reason", "alarms", "code"),
        [
            ("CloudWatch alarm llama-eval-5xx is in ALARM state", QUIET, "RolledBackByAlarm"),
            ("see log group /aws/sagemaker/Endpoints/llama-eval-5xx-blue", QUIET, "RolledBack"),
            ("alarm:llama-eval-5xx fired.", QUIET, "RolledBackByAlarm"),
            ("", FIRING, "RolledBackByAlarm"),
            ("the container crashed", QUIET, "RolledBack"),
            ("", QUIET, "RolledBack"),
            ("InsufficientInstanceCapacity", FIRING, "NoCapacity"),
        ],
    )
    def test_a_rollback_by_one_of_its_alarms_is_told_apart(
        self, reason: str, alarms: tuple[RollbackAlarm, ...], code: str
    ) -> None:
        assert rolled_back(reason, alarms).code == code

    def test_it_is_not_sent_requests_again_unless_somebody_says_so(self) -> None:
        looked = snapshot(deployment=GUARDED, endpoint=endpoint(), rollback_alarms=QUIET)
        target = decide(looked).config.name
        judged = attempt(target=target, done=False, code="RolledBackByAlarm", ended_at=looked.now - 9 * HOUR)
        held = decide(looked.model_copy(update={"attempts": (judged,)}))
        assert (held.kind, held.code) == ("hold", "GaveUp")
        assert held.reason == (
            f"{target} was rolled back by an alarm, which a second try would send requests to as well: change the "
            "manifest, or rotate by hand"
        )
        again = decide(looked.model_copy(update={"attempts": (judged,)}), Intent(kind="rotate"))
        assert isinstance(again, Rotate)

    @pytest.mark.parametrize(
        ("model", "over", "holds"),
        [
            ("my-model-v2", {}, True),
            ("my-model-v3", {}, False),
            ("my-model-v2", {"code": "RolledBack"}, False),
            ("my-model-v2", {"ended_at": GUARDED.registered_at - MINUTE}, False),
            ("my-model-v2", {"done": True, "code": ""}, False),
        ],
        ids=["judged", "another model", "by no alarm", "another manifest", "ran since"],
    )
    def test_it_stays_judged_when_the_endpoint_was_moved_meanwhile(
        self, model: str, over: dict[str, Any], holds: bool
    ) -> None:
        away = endpoint(plan_arn=None)
        assert away.config
        stays = registration(
            model="my-model-v2", rollout={"alarms": ["llama-eval-5xx"]}, end_of_window={"return_to_reserved": False}
        )
        tried = {"done": False, "code": "RolledBackByAlarm", "config": away.config.model_copy(update={"model": model})}
        attempts = (attempt(kind="hand_over", rung="on_demand", config=away.config), attempt(**{**tried, **over}))
        looked = snapshot(deployment=stays, endpoint=away, rollback_alarms=QUIET, attempts=attempts)
        assert (getattr(decide(looked), "code", "") == "GaveUp") is holds

    def test_so_it_is_with_a_component(self) -> None:
        guarded = deployed(rollout={"alarms": ["errors"]})
        before = seen(deployment=guarded, components=(component(model="old"),))
        free = before.plans[0].model_copy(update={"available_count": 1})
        looked = before.model_copy(
            update={"plans": (free,), "rollback_alarms": (RollbackAlarm(name="errors", state="OK"),)}
        )
        decision: Any = decide(looked)
        assert isinstance(decision, Scale)
        reason = "CloudWatch alarm errors is in ALARM state"
        back = looked.model_copy(update={"components": (component(model="old", failure_reason=reason),)})
        assert scaled(back, decision)[0] == "RolledBackByAlarm"
        judged = carried_out(decision.target, done=False, code="RolledBackByAlarm")
        held = decide(back.model_copy(update={"attempts": (judged, *back.attempts)}))
        assert (held.kind, held.code) == ("hold", "GaveUp")


class TestBesideAComponentThatDoesNotComeUp:
    def looked(self, scaling: dict[str, Any] | None = None, **over: Any) -> Any:
        over.setdefault("attempts", TRIED)
        return seen(scaling, manifest={"components": TWO}, components=(component(), BROKEN), **over)

    def quiet(self) -> Any:
        nights = (Gap(started_at=NOW - 20 * HOUR, parked_at=NOW - 16 * HOUR, ended_at=NOW - 10 * HOUR),)
        return idle(self.looked(SCALING, reserved=False, plans=(), gaps=nights), NOW - HOUR)

    def test_what_nobody_calls_is_parked(self) -> None:
        looked = self.quiet()
        for intent in (reconcile(), Intent(kind="scale", by_hand=False)):
            decision = decide_deployment(looked, intent)
            assert isinstance(decision, Scale)
            assert (decision.target, decision.rung) == ("parked as nobody called", "park")

    def test_and_once_parked_it_is_at_rest_and_says_why(self) -> None:
        parked = (component(desired_copies=0, current_copies=0), BROKEN)
        looked = seen(SCALING, manifest={"components": TWO}, components=parked, attempts=TRIED)
        held: Any = decide(idle(looked, NOW - HOUR))
        assert (held.code, held.reason.count("broken Failed")) == ("GaveUp", 1)

    def test_parking_does_not_make_it_anew_and_is_done_without_it(self) -> None:
        decision: Any = decide(self.quiet())
        assert [(each.name, each.copies) for each in decision.components] == [("llama-8b", 0), ("broken", 0)]
        none = (component(desired_copies=0, current_copies=0), BROKEN)
        after = self.looked(SCALING).model_copy(update={"components": none, "scaling": (), "alarms": ()})
        bare = decision.model_copy(update={"scaling": ()})
        assert scaled(after, bare) == ("", "llama-8b has 0 of 0 copies; broken has none, since it Failed")

    def test_another_size_is_brought_about(self) -> None:
        more = {"plans": ["p5-for-eval"], "instance_type": "ml.p5.48xlarge", "instance_count": 2}
        wider = deployed(components=TWO, reservation=more)
        assert isinstance(decide(self.looked().model_copy(update={"deployment": wider})), Rotate)

    def test_by_hand_it_is_tried_again(self) -> None:
        decision: Any = decide(self.looked(), by_hand())
        assert (decision.kind, decision.target) == ("scale", BASE_DONE)

    def test_a_way_off_the_window_does_not_wait_for_it(self) -> None:
        tried = (carried_out("parked off the window", NOW - MINUTE, done=False, code="ComponentFailed"),) * 5
        decision: Any = decide(self.looked(attempts=tried), Intent(kind="scale", by_hand=False, park=True))
        assert (decision.kind, decision.target) == ("scale", "parked off the window")
