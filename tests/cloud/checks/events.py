"""EventBridge: our patterns on the sample events, and whom AWS lets put what."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.delivery.patterns import matches
from tests.arch.project import ROOT, template, written
from tests.cloud.calls import PROBE, Call
from tests.cloud.checking import Answer, check
from tests.cloud.place import Place

SAMPLES = sorted(
    path.stem for path in (ROOT / "events" / "in").glob("*.json") if '"detail-type"' in path.read_text(encoding="utf-8")
)


def patterns(place: Place) -> dict[str, dict[str, Any]]:
    """The pattern of each rule that every stack has, with the stack's own names filled in."""
    always = {name for name, resource in template()["Resources"].items() if "Condition" not in resource}
    rules = {rule.name: rule.properties["EventPattern"] for rule in written("Events::Rule") if rule.name in always}
    return {name: _filled(pattern, place) for name, pattern in sorted(rules.items())}


def _filled(node: Any, place: Place) -> Any:
    known = {"AWS::AccountId": place.account, "AWS::Region": place.region, "AWS::StackName": place.stack}
    if isinstance(node, dict) and node.keys() == {"Ref"}:
        return known.get(node["Ref"]) or place.physical(node["Ref"])
    if isinstance(node, dict) and node.keys() == {"Fn::Sub"}:
        return str(node["Fn::Sub"]).replace("${AWS::StackName}", place.stack)
    if isinstance(node, dict):
        return {key: _filled(member, place) for key, member in node.items()}
    return [_filled(item, place) for item in node] if isinstance(node, list) else node


def events(place: Place) -> list[dict[str, Any]]:
    """The samples as they would come to this stack, and each once more from another account."""
    bucket = place.physical("ManifestBucket")
    found = []
    for name in SAMPLES:
        event = json.loads((ROOT / "events" / "in" / f"{name}.json").read_text(encoding="utf-8"))
        if event["source"] == "aws.s3":
            event["detail"]["bucket"]["name"] = bucket
        found += [{**event, "account": account, "region": place.region} for account in (place.account, "000000000000")]
    return found


def _pairs(place: Place) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(pattern, event) for pattern in patterns(place).values() for event in events(place)]


@check(
    "An event arrives at once, once, and in order, unless a fault strikes",
    lambda place: [
        Call("events", "TestEventPattern", {"EventPattern": json.dumps(pattern), "Event": json.dumps(event)})
        for pattern, event in _pairs(place)
    ],
    unrehearsed="moto has no TestEventPattern: the rehearsal's matcher is what AWS is compared with",
)
def our_patterns_match_what_they_match_in_the_rehearsal(place: Place, answers: list[Answer]) -> None:
    expected = [matches(pattern, event) for pattern, event in _pairs(place)]
    assert any(expected)
    assert [answer.value.get("Result") for answer in answers] == expected


def _entry(**more: str) -> dict[str, Any]:
    given = {"Source": PROBE, "DetailType": PROBE, "Detail": "{}", **more}
    return {"Entries": [given]}


def _events_for_nobody(place: Place) -> list[Call]:
    refused = "nothing: EventBridge refuses the entry"
    return [
        Call("events", "PutEvents", _entry(Detail="no JSON"), refused),
        Call("events", "PutEvents", _entry(Detail="[1]"), refused),
    ]


@check("whose detail is no JSON object (MalformedDetail)", _events_for_nobody)
def a_detail_that_is_no_json_object_is_malformed(_place: Place, answers: list[Answer]) -> None:
    codes = [answer.value["Entries"][0].get("ErrorCode") for answer in answers]
    assert codes == ["MalformedDetail"] * 2


def _spoofed(place: Place) -> list[Call]:
    detail = json.dumps({"EndpointName": place.nobody, "EndpointStatus": "IN_SERVICE"})
    kind = "SageMaker Endpoint State Change"
    entry = _entry(Source="aws.sagemaker", DetailType=kind, Detail=detail)
    return [Call("events", "PutEvents", entry, "nothing: only AWS may be such a source")]


@check(
    "PutEvents takes an event of any source",
    _spoofed,
    unrehearsed="moto takes an event of any source, which is how the twin puts its own",
)
def nobody_but_aws_can_be_a_source_of_aws(_place: Place, answers: list[Answer]) -> None:
    answer = answers[0]
    code = answer.code or answer.value["Entries"][0].get("ErrorCode", "")
    assert code.startswith("NotAuthorizedForSource"), answer
