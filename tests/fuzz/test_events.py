"""Events of other accounts, with spoofed sources, or of no shape: refused by the rules, or harmless behind them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.arch.project import ROOT, written
from tests.fuzz.hostile import drawn, sample, spoilt, texts
from tests.fuzz.target import Target

TAKEN = {
    "endpoint-state-change": ["endpoint-changed"],
    "alarm-state-change": ["alarm-changed"],
    "alarm-component-idle": ["alarm-changed"],
    "create-training-plan-call": ["plan-called"],
    "extend-training-plan-call": ["plan-called"],
    "manifest-created": ["manifest-changed"],
    "manifest-deleted": ["manifest-changed"],
}
BEHIND_RULES = ("register-manifest", "wake-deployments", "resume-waiters", "watch-plans")
PLAIN_INPUT = ("start-release", "answer-pipeline-job", "answer-approval")
OF_FUNCTION = {
    "register-manifest": ("manifest-created", "manifest-deleted"),
    "wake-deployments": ("endpoint-state-change", "endpoint-deployment-state-change", "alarm-state-change"),
    "resume-waiters": ("endpoint-state-change",),
    "watch-plans": ("create-training-plan-call", "watch-plans-moment"),
    "start-release": ("codepipeline-manual-approval",),
    "answer-pipeline-job": ("codepipeline-lambda-invoke",),
    "answer-approval": ("codepipeline-approval-answered",),
}


def here(target: Target, name: str) -> dict[str, Any]:
    """A sample as it comes to this stack: with its bucket, where it names one."""
    text = json.dumps(sample(name))
    bucket = sample("manifest-created")["detail"]["bucket"]["name"]
    found: dict[str, Any] = json.loads(text.replace(bucket, target.bucket))
    return found


@pytest.mark.parametrize(("name", "rules"), TAKEN.items())
def test_aws_own_events_of_this_account_are_taken(target: Target, name: str, rules: list[str]) -> None:
    """Else the refusals below would prove nothing."""
    assert target.matched(here(target, name)) == rules


def test_every_rule_of_the_default_bus_names_its_account_and_region() -> None:
    patterns = {rule.name: rule.properties["EventPattern"] for rule in written("Events::Rule")}
    ours = {"account": [{"Ref": "AWS::AccountId"}], "region": [{"Ref": "AWS::Region"}]}
    assert {name for name, pattern in patterns.items() if pattern.items() < ours.items()} == set()
    assert {name for name, pattern in patterns.items() if not pattern.items() >= ours.items()} == {"NotificationRule"}


@pytest.mark.parametrize("name", TAKEN)
@given(data=st.data())
@drawn(8)
def test_the_same_event_of_another_account_region_or_source_is_refused(
    target: Target, name: str, data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(["account", "region", "source", "detail-type"]))
    other = data.draw(st.one_of(st.sampled_from(["999900001111", "", "aws", "berth", "AWS.SAGEMAKER"]), texts()))
    event = here(target, name) | {key: other}
    assert target.matched(event) == []
    assert target.arrive(event) == []


@given(st.sampled_from(sorted(TAKEN)), st.data())
@drawn(40)
def test_whatever_the_rules_let_through_does_no_harm(target: Target, name: str, data: st.DataObject) -> None:
    event = data.draw(spoilt(here(target, name)))
    _throw(target, {key: event.get(key, "") for key in ("source", "detail-type")} | {"time": "x", **event})


def _throw(target: Target, event: dict[str, Any]) -> None:
    errors, changes = len(target.errors()), len(target.changes())
    if isinstance(event["source"], str) and isinstance(event.get("detail"), dict):
        target.arrive(event)
    assert target.errors()[errors:] == []
    assert target.changes()[changes:] == []
    assert target.serves()


@pytest.mark.parametrize("function", BEHIND_RULES)
@given(data=st.data())
@drawn(30)
def test_a_function_takes_any_event_without_an_error(target: Target, function: str, data: st.DataObject) -> None:
    whole = here(target, data.draw(st.sampled_from(OF_FUNCTION[function])))
    changes = len(target.changes())
    answer = target.invoke(function, data.draw(spoilt(whole)))
    assert (answer.error, answer.words) == ("", "")
    assert target.changes()[changes:] == []


@pytest.mark.parametrize("function", PLAIN_INPUT)
@given(data=st.data())
@drawn(40)
def test_a_pipelines_question_is_answered_or_refused(target: Target, function: str, data: st.DataObject) -> None:
    whole = here(target, data.draw(st.sampled_from(OF_FUNCTION[function])))
    changes = len(target.changes())
    answer = target.invoke(function, data.draw(spoilt(whole)))
    assert answer.error in ("", "RefusedError"), answer.words
    assert "EXAMPLE" not in answer.log + answer.words
    assert target.changes()[changes:] == []


@given(data=st.data())
@drawn(60)
def test_an_announcement_is_told_or_refused(target: Target, data: st.DataObject) -> None:
    """Who may put events on the bus is of this account; what he writes into them may be anything."""
    whole = json.loads((ROOT / "events" / "out" / "approval-requested.json").read_text(encoding="utf-8"))
    before = len(target.mails())
    answer = target.invoke("send-notification", data.draw(spoilt(whole)))
    assert (answer.error, answer.words) == ("", "")
    assert answer.value["kind"] in ("sent", "refused")
    assert len(target.mails()) - before == (answer.value["kind"] == "sent")
    assert whole["detail"]["task_token"] not in answer.log


@pytest.mark.parametrize("half", ["deployments/\ud800.yaml", "\udfff"])
def test_half_a_character_names_nothing(target: Target, half: str) -> None:
    """JSON can say it, and nothing else can."""
    place = {"bucket": {"name": target.bucket}, "object": {"key": half}}
    assert target.invoke("register-manifest", {"detail": place}).value["kind"] == "ignored"
    asked = {"source": "aws.sagemaker", "detail": {"EndpointName": half}}
    assert target.invoke("wake-deployments", asked).value == {"woken": []}
