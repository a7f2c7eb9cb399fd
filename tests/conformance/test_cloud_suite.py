"""The suite for a real account (tests/cloud), without one: its guard, its dry run, and what the local AWS answers."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from rehearsal import jsonata_expressions
from rehearsal.iam.roles import statements_of_role
from rehearsal.iam.verdicts import Asked, judge
from tests.cloud.__main__ import dry_run, main, planned
from tests.cloud.assumptions import WHY_OPEN, open_rows, rows
from tests.cloud.calls import ALLOWED, NotAllowedError, guarded, refuse_unlisted
from tests.cloud.checking import Account, Check, NothingToSeeError
from tests.cloud.checks import CHECKS, machines, permissions
from tests.cloud.place import Place
from tests.conformance.real_server import ROOT, RealServer, running
from tests.machine.site import Site

PLACE = Place("berth", "us-east-1")
PAGES = " ".join(
    (ROOT / name).read_text(encoding="utf-8") for name in ("docs/fidelity.md", "docs/aws-facts.md", "README.md")
)
COSTLY = [
    ("sagemaker", "CreateTrainingPlan"),
    ("sagemaker", "ExtendTrainingPlan"),
    ("sagemaker", "CreateEndpoint"),
    ("sagemaker", "CreateInferenceComponent"),
    ("stepfunctions", "StartExecution"),
    ("lambda", "Invoke"),
    ("sns", "Publish"),
]
each_check = pytest.mark.parametrize("one", CHECKS, ids=[check.name for check in CHECKS])


# --- the guard ------------------------------------------------------------------------------------------------------


class NoWayOut(socket.socket):
    def connect(self, *_: Any) -> None:
        raise AssertionError("a request left the machine")


@pytest.mark.parametrize(("service", "operation"), COSTLY)
def test_what_costs_money_is_refused_before_it_is_sent(
    service: str, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", NoWayOut)
    make: Any = boto3.client
    client = guarded(make(service, "us-east-1", aws_access_key_id="x", aws_secret_access_key="x"), service)
    method = next(name for name, known in client.meta.method_to_api_mapping.items() if known == operation)
    with pytest.raises(NotAllowedError, match=f"{service}:{operation} is not among the calls"):
        getattr(client, method)()


REFUSED = [
    ("sagemaker", "DeleteEndpoint", {"EndpointName": "llama-eval"}),
    ("sagemaker", "DeleteEndpointConfig", {}),
    ("sagemaker", "UpdateEndpoint", {"EndpointName": "berth-cloud-check-x", "EndpointConfigName": "theirs"}),
    ("sagemaker", "CreateEndpointConfig", {"EndpointConfigName": "theirs"}),
    ("scheduler", "DeleteSchedule", {"Name": "watch"}),
    ("scheduler", "CreateSchedule", {"Name": "berth-cloud-check-x", "State": "ENABLED"}),
    ("scheduler", "CreateSchedule", {"Name": "berth-cloud-check-x"}),
    ("dynamodb", "PutItem", {"Item": {"pk": {"S": "watched"}}}),
    ("dynamodb", "DeleteItem", {"Key": {"pk": {"S": "deployment#llama-eval"}}}),
    ("events", "PutEvents", {"Entries": [{"Source": "berth", "DetailType": "x", "Detail": "{}"}]}),
    ("stepfunctions", "TestState", {"definition": '{"Type": "Task"}'}),
    ("stepfunctions", "SendTaskSuccess", {"taskToken": "AQCkAAAA"}),
    ("application-autoscaling", "DeregisterScalableTarget", {"ResourceId": "inference-component/theirs"}),
]


@pytest.mark.parametrize(("service", "operation", "given"), REFUSED)
def test_what_is_not_the_suites_own_is_refused(service: str, operation: str, given: dict[str, Any]) -> None:
    with pytest.raises(NotAllowedError):
        refuse_unlisted(service, operation, given)


def test_every_planned_call_is_allowed_and_no_other_is() -> None:
    calls = [call for *_, call in planned(PLACE)]
    for call in calls:
        refuse_unlisted(call.service, call.operation, call.parameters)
    assert ALLOWED.keys() == {(call.service, call.operation) for call in calls}


def test_whatever_a_check_makes_it_deletes_again() -> None:
    for one in CHECKS:
        calls = one.calls(PLACE)
        made = [call for call in calls if call.changes.startswith(("makes", "an endpoint config", "one row"))]
        names = {_named(call.parameters) for call in made}
        assert names <= {_named(call.parameters) for call in calls if call.undo}, one.name


def _named(given: dict[str, Any]) -> str:
    row = given.get("Item") or given.get("Key") or {}
    return str(given.get("Name") or given.get("EndpointConfigName") or row.get("pk"))


# --- the dry run ----------------------------------------------------------------------------------------------------


def test_the_dry_run_makes_no_call_and_shows_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", NoWayOut)
    shown = dry_run(PLACE)
    calls = [call for *_, call in planned(PLACE)]
    assert len(re.findall(r"^    changes: ", shown, re.MULTILINE)) == len(calls)
    assert all(f"{call.service}:{call.operation} " in shown for call in calls)
    assert shown.endswith("none was made.")


def test_it_is_run_by_hand_and_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--stack", "another"]) == 0
    assert capsys.readouterr().out.rstrip() == dry_run(Place("another", "us-east-1"))
    assert main(["--open"]) == 0
    assert "takes a purchase" in capsys.readouterr().out
    assert main(["--policy"]) == 0
    (statement,) = json.loads(capsys.readouterr().out)["Statement"]
    assert {"sagemaker:InvokeEndpoint", "states:TestState", "iam:PassRole"} <= set(statement["Action"])


@each_check
def test_a_check_names_what_it_confirms(one: Check) -> None:
    assert [words for words in one.confirms if words not in PAGES] == []
    assert all(words.strip() for words in one.confirms)


def test_every_assumption_is_asked_or_says_what_it_would_take() -> None:
    assumed = [row for row in rows() if row.assumed]
    left = open_rows(CHECKS)
    assert len(assumed) > 50
    assert 0 < len(left) < len(assumed)
    assert {row.section for row in left} <= WHY_OPEN.keys()
    assert {row.section for row in rows()} >= WHY_OPEN.keys()


# --- against the local AWS ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[RealServer]:
    with running() as up:
        yield up
        _, _, errors = up.end()
        assert errors == ""


@pytest.fixture(scope="module")
def account(server: RealServer) -> Iterator[Account]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_ENDPOINT_URL", server.url)
        patched.setenv("AWS_ACCESS_KEY_ID", "any")
        patched.setenv("AWS_SECRET_ACCESS_KEY", "any")
        patched.setenv("NO_PROXY", "*")
        yield Account("us-east-1")


@pytest.fixture(scope="module")
def place(account: Account) -> Place:
    return account.place("berth")


@pytest.mark.parametrize("one", [check for check in CHECKS if not check.unrehearsed], ids=lambda one: one.name)
def test_the_local_aws_does_what_it_is_said_to_do(one: Check, account: Account, place: Place) -> None:
    answers = account.run(one, place)
    try:
        one.judge(place, answers)
    except NothingToSeeError as nothing:
        raise AssertionError(f"say why it is unrehearsed: {nothing}") from nothing


# --- what AWS is compared with --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "value"), machines.VALUES.items())
def test_the_rehearsals_jsonata_gives_the_values_that_aws_is_asked_for(text: str, value: Any) -> None:
    found = jsonata_expressions.evaluate(jsonata_expressions.parse(text), {"states": {"input": machines.GIVEN}})
    assert found == value


def test_the_rehearsals_judge_says_of_each_role_what_aws_is_asked_to_say() -> None:
    site = Site()
    roles = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in _resources(site)}
    place = Place("berth", "us-east-1", site.cloud.settings.account_id, roles)
    for asked in permissions.ASKED:
        statements = statements_of_role(place.account, place.role(asked.role))
        assert statements, asked
        verdict = judge(Asked(asked.action, asked.arn(place), asked.context("berth")), statements)
        assert verdict.allowed is asked.allowed, asked
    site.close()


def _resources(site: Site) -> list[dict[str, Any]]:
    pages = site.cloud.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName="berth")
    return [each for page in pages for each in page["StackResourceSummaries"]]
