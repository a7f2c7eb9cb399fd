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
from berth_core.releases import ModelSeen, Promote, ReleaseApproval, ReleaseOutcome
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
    assert isinstance(decide_promotion(seen(), model(), staged(approval="none"), asked(), {}), Promote)


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
