"""Manifests as an enemy would write them, through the real reader: registered or refused in words, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from berth_core.manifest import Manifest
from berth_core.parsing import parse_manifest
from rehearsal.timeline import Entry
from tests.conformance.machines import Machines
from tests.fuzz.hostile import JSONATA, SPECIAL, drawn, spoilt, texts
from tests.fuzz.target import Target
from tests.machine.site import NAME
from tests.manifest_samples import EXAMPLE_WITH_MODEL, SMALL

KEY = f"deployments/{NAME}.yaml"
LIMIT = 256 * 1024
LARGEST_ROW = 400 * 1024
LARGEST_EVENT = 256 * 1024
WHOLE: dict[str, Any] = json.loads(json.dumps(yaml.safe_load(EXAMPLE_WITH_MODEL), default=str))
YAML_PIECES = [
    *EXAMPLE_WITH_MODEL.splitlines(),
    "a: &a [x]",
    "*a",
    "!!python/object:os.system",
    "x: !!binary a",
    "[" * 25,
]


def put(target: Target, text: str | bytes, key: str = KEY) -> list[Entry]:
    """What is told when an object is put: its event goes through the real rule to the real function."""
    told = len(target.cloud.timeline)
    body = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    target.cloud.client("s3").put_object(Bucket=target.bucket, Key=key, Body=body)
    target.cloud.kernel.settle()
    return list(target.cloud.timeline)[told:]


def assert_harmless(told: list[Entry]) -> None:
    assert [entry.text for entry in told if entry.kind == "error"] == []
    events = [entry for entry in told if entry.kind == "event"]
    mails = [entry.text for entry in told if entry.kind == "notification"]
    assert len(mails) == len(events)
    for mail in mails:
        assert mail.isprintable()
        assert len(json.dumps(mail)) < 20_000


def texts_of_manifests() -> st.SearchStrategy[str | bytes]:
    shaped = spoilt(WHOLE).map(lambda manifest: json.dumps(manifest, ensure_ascii=False))
    mixed = st.lists(st.sampled_from(YAML_PIECES), max_size=20).map("\n".join)
    return st.one_of(shaped, shaped, mixed, st.binary(max_size=200), texts(100))


@given(texts_of_manifests())
@drawn(45)
def test_any_object_is_registered_or_refused(target: Target, text: str | bytes) -> None:
    changes = len(target.changes())
    told = put(target, text)
    if parsed_as_manifest(text):
        # What a valid one asks for is done, as far as there is what it names.
        assert {entry.text.partition(":")[0] for entry in told if entry.kind == "error"} <= {"RefusedError"}
        return
    assert_harmless(told)
    assert target.changes()[changes:] == []


def parsed_as_manifest(text: str | bytes) -> bool:
    written = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    read = parse_manifest(written.decode("utf-8", "replace"), object_name=NAME, priced_types=None)
    return isinstance(read, Manifest)


FLOODS = {
    "keys": "".join(f"? {'k' * 4000}{number}\n: 1\n" for number in range(60)),
    "signs of four bytes": "".join(f"'😀{'😀' * 90}{number}': 1\n" for number in range(600)),
    "tags": SMALL + "tags: {? " + "k" * 100_000 + " : v}",
    "values": SMALL + f"hold_until: {'9' * 200_000}\nmodel: {'m' * 50_000}",
    "items": SMALL + "components: [" + "a," * 4_000 + "]",
    "spaces": SMALL + "smoke_test:\n" + "  \n" * 80_000 + "  bodi: x",
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_up_to_the_size_limit_fits_into_the_ledger_and_onto_the_bus(target: Target, flood: str) -> None:
    text = FLOODS[flood]
    assert len(text.encode()) <= LIMIT
    assert_harmless(put(target, text))
    rows = _rows(target)
    assert max(len(json.dumps(row, ensure_ascii=False).encode()) for row in rows) < LARGEST_ROW
    told = max((json.dumps(row.get("problems", {})) for row in rows), key=len)
    assert 2 * 20_000 + len(told) < LARGEST_EVENT


def _rows(target: Target) -> list[dict[str, Any]]:
    pages = target.cloud.client("dynamodb").get_paginator("scan").paginate(TableName=target.site.outputs["LedgerTable"])
    return [item for page in pages for item in page["Items"]]


# moto's S3 has no way to an object whose name has a control character.
@given(texts().filter(str.isprintable))
@drawn(25)
def test_no_name_of_an_object_leads_anywhere_else(target: Target, name: str) -> None:
    """S3 takes any name; this is the function that is told of one, whatever S3 would have made of it."""
    place = {"bucket": {"name": target.bucket}, "object": {"key": f"deployments/{name}.yaml"}}
    answer = target.invoke("register-manifest", {"id": name, "detail": place})
    assert answer.error == "", answer.words
    assert answer.value["kind"] in ("ignored", "removed", "registered", "rejected")
    (line,) = [line for line in answer.log.split("\n") if line.startswith("{")]
    assert json.loads(line)["message"] == "done"


@pytest.mark.parametrize("name", [*SPECIAL[:14], "A", "😀"])
def test_an_object_beside_the_manifests_is_told_in_one_line(target: Target, name: str) -> None:
    told = put(target, SMALL, f"deployments/x/{name}")
    assert_harmless(told)


# --- JSONata --------------------------------------------------------------------------------------------------------


@given(texts(), texts())
@drawn(20)
def test_text_stays_text_on_its_way_through_a_machine(target: Target, text: str, other: str) -> None:
    """Carried as our machines carry it: assigned, put into a block, handed to another machine, and given out."""
    machines = Machines(target.cloud, prefix=f"carry{abs(hash((text, other)))}-")
    child = machines.make({"Give": {"Type": "Pass", "End": True, "Output": "{% $states.input %}"}})
    arguments = {"StateMachineArn": child, "Input": {"text": "{% $text %}", "held": "{% $held %}"}}
    states = {
        "Keep": {
            "Type": "Pass",
            "Assign": {"text": "{% $states.input.text %}", "held": "{% $merge([$states.input.held, {'k': 1}]) %}"},
            "Next": "Hand",
        },
        "Hand": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Arguments": arguments,
            "Output": "{% $states.result.Output %}",
            "End": True,
        },
    }
    ended = machines.run(states, {"text": text, "held": {"other": [other]}})
    assert ended.status == "SUCCEEDED", ended.reason
    assert ended.output == {"text": text, "held": {"other": [other], "k": 1}}


@pytest.mark.parametrize("name", [*JSONATA[:2], "../x", "a\r\nb", "<b>", "x" * 300])
def test_a_name_by_hand_is_refused_and_carried_as_it_is(target: Target, name: str) -> None:
    changes = len(target.changes())
    for machine, given_by_hand in (
        ("deployment_reconcile", {"deployment": name}),
        ("endpoint_rotate", {"deployment": NAME, "model": name}),
        ("release_promote", {"deployment": NAME, "model": name}),
    ):
        execution = target.site.start(machine, given_by_hand)
        target.cloud.advance(seconds=600)
        described = target.site.machines.describe_execution(executionArn=execution)
        assert json.loads(described["input"]) == given_by_hand
        assert (described["status"], described["error"]) == ("FAILED", "RefusedError"), described
    assert target.changes()[changes:] == []


def test_jsonata_in_a_manifest_reaches_the_model_as_it_was_written(target: Target) -> None:
    asked: list[Any] = []
    target.cloud.lambdas.answered.append(
        lambda name, event, _answer: asked.append(event) if name == "InvokeSmokeTestFunction" else None
    )
    body = f"{JSONATA[0]} {JSONATA[1]} ${{x}}"
    target.site.put(model="m2", smoke_test={"body": body, "content_type": JSONATA[0]})
    execution = target.site.start("endpoint_rotate", {"deployment": NAME, "model": "m2"})
    target.cloud.advance(seconds=3600)
    described = target.site.machines.describe_execution(executionArn=execution)
    assert described["status"] == "SUCCEEDED", described
    assert asked
    assert all(body in _strings(event) and JSONATA[0] in _strings(event) for event in asked)


def _strings(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    members = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [text for member in members for text in _strings(member)]
