"""The pure functions as Lambda runs them: JSON in, JSON out, without an environment."""

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from berth_core.decisions import Deploy
from berth_core.facts import Snapshot
from tests.builders import endpoint, snapshot

FUNCTIONS = Path(__file__).parents[2] / "functions"
BY_HAND = ("EndpointFailed", "the instances never came")


def answer(function: str, payload: dict[str, Any]) -> Any:
    handler: Callable[[Any, Any], Any] = runpy.run_path(str(FUNCTIONS / function / "app.py"))["handler"]
    return json.loads(json.dumps(handler(json.loads(json.dumps(payload)), None)))


def plain(seen: Snapshot) -> Any:
    return seen.model_dump(mode="json")


@pytest.fixture
def decision() -> Any:
    return answer("decide_deployment", {"seen": plain(snapshot()), "intent": {"kind": "reconcile"}})


def test_a_snapshot_becomes_a_decision(decision: Any) -> None:
    deploy = Deploy.model_validate(decision)
    assert (deploy.action, deploy.plan) == ("create", "p5-for-eval")


def test_a_look_afterwards_becomes_an_outcome(decision: Any) -> None:
    after = plain(snapshot(endpoint=endpoint()))
    outcome = answer("decide_outcome", {"seen": after, "decision": decision, "tested": {}, "trouble": {}})
    assert (outcome["kind"], outcome["code"], outcome["decision_id"]) == ("done", "", decision["id"])


def test_what_stopped_the_machine_explains_a_failure(decision: Any) -> None:
    code, text = BY_HAND
    trouble = {"Error": code, "Cause": json.dumps({"errorMessage": text, "errorType": code})}
    outcome = answer("decide_outcome", {"seen": plain(snapshot()), "decision": decision, "trouble": trouble})
    assert outcome["kind"] == "failed"
    assert text in outcome["reason"]
