"""The yes to a release: what counts as one, and what is written down of it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.releasing import (
    decide_promotion,
    release_approval,
    with_release_answer,
)
from berth_core.decisions import Refuse
from berth_core.facts import Override, Snapshot
from berth_core.releases import AskFirst, ModelSeen, Promote, ReleaseApproval, ReleaseOutcome
from tests.builders import START, registration, snapshot
from tests.unit.test_decide_releasing import model, outcome, seen, serving, staged


def asked(**over: Any) -> ReleaseApproval:
    """An hour ago, and answered half an hour later."""
    request = release_approval(passed(), "token", START)
    return request.model_copy(update={"answered_at": START + timedelta(minutes=30), **over})


def passed() -> ReleaseOutcome:
    return outcome(staged=staged(), measured={"left": False})


def yes(**over: Any) -> dict[str, Any]:
    return {"decision": "approve", "release_id": staged().id, "who": "Ada", **over}


def test_a_yes_to_this_release_promotes_it() -> None:
    assert isinstance(decide_promotion(seen(), model(), staged(), asked(), yes()), Promote)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (None, "ApprovalLapsed"),
        ({"unanswered": True}, "ApprovalLapsed"),
        ({}, "ApprovalInvalid"),
        ("yes", "ApprovalInvalid"),
        (yes(decision="perhaps"), "ApprovalInvalid"),
        (yes(who=""), "ApprovalInvalid"),
        (yes(more=1), "ApprovalInvalid"),
        (yes(release_id="another"), "ApprovalInvalid"),
        (yes(decision="reject"), "ApprovalRejected"),
    ],
)
def test_whatever_is_no_yes_is_a_no(said: Any, code: str) -> None:
    decision = decide_promotion(seen(), model(), staged(), asked(), said)
    assert isinstance(decision, Refuse)
    assert decision.code == code


def test_nobody_asked_or_a_yes_that_came_too_late_is_a_no() -> None:
    for request in (None, asked(answered_at=START + timedelta(hours=72))):
        decision = decide_promotion(seen(), model(), staged(), request, yes())
        assert isinstance(decision, Refuse)
        assert decision.code == "ApprovalLapsed"
    last_moment = asked(answered_at=START + timedelta(hours=72) - timedelta(seconds=1))
    assert isinstance(decide_promotion(seen(), model(), staged(), last_moment, yes()), Promote)


def test_a_request_shows_what_was_measured_and_lapses_after_a_weekend() -> None:
    request = release_approval(passed(), "token", START)
    assert (request.release_id, request.token, request.seen) == (staged().id, "token", passed().summary)
    assert request.expires_at - request.asked_at == timedelta(hours=72)


def test_what_was_said_is_written_down_whatever_it_is_worth() -> None:
    request = release_approval(passed(), "token", START)
    said = with_release_answer(request, yes(decision="reject"), START + timedelta(minutes=1))
    assert said.answer is not None
    assert (said.answer.decision, said.answer.who) == ("reject", "Ada")
    assert said.answered_at == START + timedelta(minutes=1)
    assert with_release_answer(said, yes(), START + timedelta(minutes=2)) == said
    assert with_release_answer(request, {"unanswered": True}, START) == request


@pytest.mark.parametrize("said", [{}, "yes", {"decision": "approve", "why": "x" * 5000}])
def test_of_an_answer_that_cannot_be_read_the_text_is_written_down(said: Any) -> None:
    kept = with_release_answer(release_approval(passed(), "token", START), said, START)
    assert (kept.answer, kept.answered_at, kept.unreadable) == (None, START, json.dumps(said)[:1000])


def test_passed_checks_are_the_yes_where_the_manifest_says_so() -> None:
    lenient = seen(staging={"approval": "none"})
    assert isinstance(decide_promotion(lenient, model(), staged(approval="none"), None, {}), Promote)


# --- what has happened since ----------------------------------------------------------------------------------------


def later(version: str = "v2", override: Override | None = None, **manifest_over: Any) -> Snapshot:
    return snapshot(deployment=registration({"version": version, "override": override}, **manifest_over))


BY_HAND = Override(model="my-model-v3")


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (later(model="my-model-v3"), "the manifest was changed"),
        (later("v1", BY_HAND), "another release, or somebody by hand"),
    ],
)
def test_a_yes_counts_for_nothing_once_production_is_to_serve_another_model(now: Snapshot, told: str) -> None:
    for staged_as, said in ((staged(), yes()), (staged(approval="none"), {})):
        decision = decide_promotion(now, model(), staged_as, asked() if said else None, said)
        assert isinstance(decision, Refuse)
        assert decision.code == "Overtaken"
        assert told in decision.reason
        assert "the place of my-model, " in decision.reason
        assert "my-model-v3" in decision.reason
        assert "release it again" in decision.reason


@pytest.mark.parametrize(
    "now",
    [
        later(),
        later(hold_until="2026-03-20T00:00:00Z"),
        later(staging={"approval": "none", "keep": True}),
        later(model="v2"),
        later("v1", Override(model="v2")),
        later("v1", Override(model="my-model-v3", in_turn=True)),
        later("v1", Override(instance_count=2)),
    ],
)
def test_what_concerns_neither_model_nor_checks_leaves_a_yes_as_it_is(now: Snapshot) -> None:
    assert isinstance(decide_promotion(now, model(), staged(), asked(), yes()), Promote)


@pytest.mark.parametrize("staging", [{"checks": [{"body": "{}"}]}, {"memory_mb": 1024}])
def test_what_was_checked_otherwise_than_the_manifest_now_asks_is_checked_again(staging: dict[str, Any]) -> None:
    decision = decide_promotion(later(staging=staging), model(), staged(), asked(), yes())
    assert isinstance(decision, Refuse)
    assert decision.code == "StagingChanged"
    assert "release it again" in decision.reason


def test_a_release_that_says_nothing_of_what_it_began_on_is_begun_again() -> None:
    decision = decide_promotion(seen(), model(), staged().model_copy(update={"begun_on": None}), asked(), yes())
    assert isinstance(decision, Refuse)
    assert decision.code == "Overtaken"


def test_somebody_is_asked_once_the_manifest_has_come_to_want_a_yes() -> None:
    lenient = staged(approval="none")
    assert isinstance(decide_promotion(seen(), model(), lenient, None, {}), AskFirst)
    assert isinstance(decide_promotion(seen(), model(), lenient, asked(), yes()), Promote)
    for said, code in ((yes(decision="reject"), "ApprovalRejected"), ({"unanswered": True}, "ApprovalLapsed")):
        for now in (seen(), seen(staging={"approval": "none"})):
            decision = decide_promotion(now, model(), lenient, asked(), said)
            assert isinstance(decision, Refuse)
            assert decision.code == code


def test_nobody_is_asked_about_what_could_not_be_promoted_anyway() -> None:
    decision = decide_promotion(later(model="my-model-v3"), model(), staged(approval="none"), None, {})
    assert isinstance(decision, Refuse)


@pytest.mark.parametrize(
    ("found", "code"), [(None, "ModelNotFound"), (model(created_at=START + timedelta(minutes=1)), "ModelChanged")]
)
def test_another_model_under_the_name_is_not_what_was_checked(found: ModelSeen | None, code: str) -> None:
    decision = decide_promotion(seen(), found, staged(), asked(), yes())
    assert isinstance(decision, Refuse)
    assert decision.code == code


def test_a_yes_does_not_promote_what_production_serves_under_the_same_name_by_now() -> None:
    """Somebody rotated to the old one by hand, and it was created anew before the release began."""
    before = START - timedelta(minutes=1)
    by_now = serving("v2", config_made=before, changed=before)
    decision = decide_promotion(by_now, model(), staged(), asked(), yes())
    assert isinstance(decision, Refuse)
    assert decision.code == "SameName"


def test_a_yes_counts_for_nothing_once_the_stack_only_observes() -> None:
    observing = snapshot(deployment=registration(), policy={"stack": "berth", "observe_only": True})
    decision = decide_promotion(observing, model(), staged(), asked(), yes())
    assert isinstance(decision, Refuse)
    assert decision.code == "ObserveOnly"
