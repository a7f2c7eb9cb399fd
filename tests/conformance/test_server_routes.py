"""What /_rehearsal/* answers, and how it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.server.routes import EXAMPLES
from tests.conformance.served import ON_SALE, Server, buy, refusal, told


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.cloud.stop()


def test_health_is_ready(server: Server) -> None:
    assert server.get("/health") == {"status": "ready"}


def test_the_stack_shows_its_outputs_and_resources(server: Server) -> None:
    assert server.get("/stack") == {"outputs": {"ManifestBucket": "manifests"}, "resources": {"Manifests": "manifests"}}


def test_the_clock_stands_still_until_it_is_moved(server: Server) -> None:
    assert server.get("/clock") == {"now": "2026-03-01T00:00:00Z"}
    server.get("/health")
    server.get("/timeline")
    assert server.get("/clock") == {"now": "2026-03-01T00:00:00Z"}
    assert server.post("/clock", {"advance_seconds": 90.5}) == {"now": "2026-03-01T00:01:30.500000Z"}
    assert server.post("/clock", {"to": "2026-03-03T12:30:00+01:00"}) == {"now": "2026-03-03T11:30:00Z"}
    assert server.post("/clock", {"to": "2026-03-03T11:30:00Z"}) == {"now": "2026-03-03T11:30:00Z"}


def test_moving_the_clock_lets_happen_what_is_due_in_order(server: Server) -> None:
    seen: list[str] = []
    for minutes in (3, 1, 2):
        server.cloud.kernel.after(60 * minutes, lambda: seen.append(f"{server.cloud.now:%H:%M}"))
    server.post("/clock", {"advance_seconds": 120})
    assert seen == ["00:01", "00:02"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"to": "2026-02-28T00:00:00Z"}, ["to: 2026-02-28T00:00:00Z has passed", "can't go back"]),
        ({"to": "2026-03-05T00:00:00"}, ['to: "2026-03-05T00:00:00" is no time', "with its zone"]),
        ({"to": "tomorrow"}, ['to: "tomorrow" is no time', "2026-03-03T11:30:00Z"]),
        ({"to": 1772537400}, ["to: 1772537400 is no time"]),
        ({"to": "9999-12-31T23:00:00-02:00"}, ['to: "9999-12-31T23:00:00-02:00" is no time']),
        ({"advance_seconds": -1}, ["advance_seconds: -1 is wrong", "greater than or equal to 0"]),
        ({"advance_seconds": "soon"}, ['advance_seconds: "soon" is wrong']),
        ({"advance_seconds": 1e15}, ["advance_seconds: 1000000000000000.0 leads beyond the year 9999"]),
        ({"advance_seconds": 1, "to": "2026-03-05T00:00:00Z"}, ["either advance_seconds", "or to"]),
        ({}, ["either advance_seconds", "or to"]),
        ({"seconds": 5}, ["seconds: unknown field", '{"advance_seconds": 3600}']),
        ("", ["the body is empty", '{"advance_seconds": 3600}']),
        ("{to: 5}", ["the body is not JSON", '{"advance_seconds": 3600}']),
        ('{"advance_seconds": NaN}', ["NaN is no JSON number"]),
        ([3600], ["the body is [3600]", "send a JSON object"]),
    ],
)
def test_a_bad_move_of_the_clock_is_refused_in_words(server: Server, body: Any, words: list[str]) -> None:
    answer = server.ask("POST", "/clock", body)
    assert [word for word in words if word not in refusal(answer)] == []
    assert server.get("/clock") == {"now": "2026-03-01T00:00:00Z"}


def test_an_offering_put_on_sale_can_be_found(server: Server) -> None:
    offering = server.post("/offerings", ON_SALE)["offering_id"]
    found = server.sagemaker("SearchTrainingPlanOfferings", InstanceType="ml.p5.48xlarge", TargetResources=["endpoint"])
    assert [each["TrainingPlanOfferingId"] for each in told(found)["TrainingPlanOfferings"]] == [offering]


def test_every_mistake_in_an_offering_is_named(server: Server) -> None:
    wrong = {
        **ON_SALE,
        "blocks": [{"start": "noon", "end": ON_SALE["blocks"][0]["end"]}],
        "target": "moon",
        "colour": 1,
    }
    del wrong["upfront_fee"]
    error = refusal(server.ask("POST", "/offerings", wrong))
    assert 'blocks[0].start: "noon" is no time' in error
    assert "target: \"moon\" is wrong: input should be 'training-job'" in error
    assert "upfront_fee: required, and missing" in error
    assert "colour: unknown field" in error
    assert f"For example: {EXAMPLES['/offerings']}" in error


def test_a_plan_is_changed_behind_the_services_back(server: Server) -> None:
    buy(server, "p5")
    assert server.post("/plans", {"plan": "p5", "end": "2026-03-09T11:30:00Z"})["end"] == "2026-03-09T11:30:00Z"
    plan = told(server.sagemaker("DescribeTrainingPlan", TrainingPlanName="p5"))
    assert plan["EndTime"] == 1773055800


def test_a_change_of_a_plan_that_nobody_bought_is_refused(server: Server) -> None:
    buy(server, "p5")
    answer = server.ask("POST", "/plans", {"plan": "p6", "status": "Active"})
    assert "'p6'" in refusal(answer)
    assert "p5" in refusal(answer)


def test_on_demand_capacity_can_be_limited(server: Server) -> None:
    limit = {"instance_type": "ml.p5.48xlarge", "available": 0}
    assert server.post("/capacity", limit) == limit
    answer = server.ask("POST", "/capacity", {"instance_type": "ml.p5.48xlarge", "available": -1})
    assert "available: -1 is wrong" in refusal(answer)


def test_traffic_is_counted_by_endpoint(server: Server) -> None:
    stream = {
        "endpoint": "e",
        "requests_per_minute": 2,
        "from": "2026-03-01T00:00:00Z",
        "until": "2026-03-01T00:10:00Z",
    }
    assert server.post("/traffic", stream) == stream
    server.post("/clock", {"advance_seconds": 3600})
    counts = server.get("/traffic")["e"]
    assert (counts["served"], counts["failed"], len(counts["failures"])) == (0, 20, 20)
    assert counts["failures"][0].keys() == {"at", "error"}


@pytest.mark.parametrize("given", [1772323200, 1772323200.5, "1772323200", True])
def test_a_number_is_no_time(server: Server, given: object) -> None:
    stream = {"endpoint": "e", "requests_per_minute": 2, "from": given, "until": "2026-03-01T00:10:00Z"}
    told = refusal(server.ask("POST", "/traffic", stream))
    assert "from" in told
    assert "must be a time with its zone, such as 2026-03-03T12:00:00Z" in told


def test_faults_are_planned_listed_and_cleared(server: Server) -> None:
    lost = {"on": "event:SageMaker Endpoint State Change", "do": "drop", "times": 2}
    server.post("/faults", [lost])
    assert server.cloud.faults.take("event", "SageMaker Endpoint State Change") is not None
    assert server.get("/faults") == [{**lost, "times": 1}]
    assert server.ask("DELETE", "/faults").status_code == 200
    assert server.get("/faults") == []


def test_a_wrong_fault_is_named_by_its_place_and_none_is_planned(server: Server) -> None:
    good = {"on": "schedule:*", "do": "drop"}
    answer = server.ask("POST", "/faults", [good, {"on": "schedule:*", "do": "explode"}])
    assert '[1].do: "explode" is wrong' in refusal(answer)
    assert server.get("/faults") == []
    assert "send a JSON list" in refusal(server.ask("POST", "/faults", good))


def test_the_timeline_can_be_narrowed(server: Server) -> None:
    buy(server, "p5")
    server.post("/clock", {"to": "2026-03-04T00:00:00Z"})
    everything = server.get("/timeline")
    assert everything[0].keys() >= {"at", "kind", "subject", "text"}
    assert {entry["kind"] for entry in server.get("/timeline?kind=purchase")} == {"purchase"}
    assert {entry["kind"] for entry in server.get("/timeline?kind=purchase,state")} == {"purchase", "state"}
    late = server.get("/timeline?since=2026-03-02T00:00:00Z")
    assert late == [entry for entry in everything if entry["at"] >= "2026-03-02"] != []
    assert 'since: "yesterday" is no time' in refusal(server.ask("GET", "/timeline?since=yesterday"))
    assert 'since: "0001-01-01T00:00:00+01:00" is no time' in refusal(
        server.ask("GET", "/timeline?since=0001-01-01T00:00:00%2B01:00")
    )
    assert "until: unknown parameter; allowed: since, kind" in refusal(server.ask("GET", "/timeline?until=x"))


def test_an_unknown_route_is_answered_with_the_routes_there_are(server: Server) -> None:
    answer = server.ask("GET", "/klock")
    assert answer.status_code == 404
    assert "/_rehearsal/klock" in told(answer)["error"]
    assert "POST /_rehearsal/clock" in told(answer)["error"]


@pytest.mark.parametrize(("method", "route", "allowed"), [("DELETE", "/clock", "GET, POST"), ("GET", "/plans", "POST")])
def test_a_wrong_method_is_answered_with_the_right_ones(server: Server, method: str, route: str, allowed: str) -> None:
    answer = server.ask(method, route)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
    assert allowed in told(answer)["error"]


def test_a_body_is_json_whatever_its_content_type_says(server: Server) -> None:
    answer = server.ask("POST", "/clock", '{"advance_seconds": 1}', content_type="application/x-www-form-urlencoded")
    assert answer.json == {"now": "2026-03-01T00:00:01Z"}
