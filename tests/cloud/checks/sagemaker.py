"""SageMaker: what is on sale, what a missing thing is called, and what is refused."""

from __future__ import annotations

import re
from datetime import UTC
from decimal import Decimal
from typing import Any

from tests.cloud.calls import PROBE, Call
from tests.cloud.checking import Answer, NothingToSeeError, check
from tests.cloud.place import NO_PLAN, Place

HOURS = 24
TYPE = "ml.p5.48xlarge"
REAL_MARKET = "the local market is made up, and its clock stands elsewhere"
OWN_ORDER = "a new local AWS has nothing that could be listed"
SEARCH: dict[str, Any] = {
    "InstanceType": TYPE,
    "InstanceCount": 1,
    "DurationHours": HOURS,
    "TargetResources": ["endpoint"],
}


def search(_place: Place) -> list[Call]:
    return [Call("sagemaker", "SearchTrainingPlanOfferings", SEARCH)]


def offerings(answer: Answer) -> list[dict[str, Any]]:
    assert not answer.refused, answer
    if not answer.value["TrainingPlanOfferings"]:
        raise NothingToSeeError(f"nothing is on sale just now: 1 x {TYPE} for {HOURS} hours")
    return list(answer.value["TrainingPlanOfferings"])


@check("A search gives at most three offerings of one or two blocks", search)
def at_most_three_offerings_of_one_or_two_blocks(_place: Place, answers: list[Answer]) -> None:
    found = offerings(answers[0])
    assert 1 <= len(found) <= 3
    for each in found:
        assert each["TrainingPlanOfferingId"].startswith("tpo-")
        assert each["TargetResources"] == ["endpoint"]
        assert 1 <= len(each["ReservedCapacityOfferings"]) <= 2
        assert Decimal(each["UpfrontFee"]) > 0


@check("It finds only the very type, count and hours that were asked", search)
def an_offering_is_of_the_very_size_that_was_asked(_place: Place, answers: list[Answer]) -> None:
    for each in offerings(answers[0]):
        blocks = each["ReservedCapacityOfferings"]
        assert {(block["InstanceType"], block["InstanceCount"]) for block in blocks} == {(TYPE, 1)}
        assert sum(block["DurationHours"] * 60 + block.get("DurationMinutes", 0) for block in blocks) == HOURS * 60


@check(
    "With a lifetime each search shows ids of its own",
    lambda place: [*search(place), *search(place)],
    unrehearsed=REAL_MARKET,
)
def an_offering_keeps_its_id_from_one_search_to_the_next(_place: Place, answers: list[Answer]) -> None:
    """If it doesn't: rehearse with `offering_lifetime_minutes`."""
    first, second = ({each["TrainingPlanOfferingId"] for each in offerings(answer)} for answer in answers)
    assert first & second


@check("Made-up offerings: whole days from 11:30 UTC", search, unrehearsed=REAL_MARKET)
def a_plan_on_sale_ends_at_half_past_eleven(_place: Place, answers: list[Answer]) -> None:
    ends = {block["EndTime"] for each in offerings(answers[0]) for block in each["ReservedCapacityOfferings"]}
    assert {f"{end.astimezone(UTC):%H:%M}" for end in ends} == {"11:30"}


@check(
    "Plans are listed ten a page in order of StartTime",
    lambda _place: [Call("sagemaker", "ListTrainingPlans")],
    unrehearsed=OWN_ORDER,
)
def plans_are_listed_in_order_of_their_start(_place: Place, answers: list[Answer]) -> None:
    plans = answers[0].value["TrainingPlanSummaries"]
    if len(plans) < 2:
        raise NothingToSeeError("there are not two plans in this account to be put in order")
    starts = [plan["StartTime"] for plan in plans if "StartTime" in plan]
    assert starts in (sorted(starts), sorted(starts, reverse=True))
    assert len(plans) <= 10


@check(
    "`AvailableInstanceCount` is 0 unless the plan is Active",
    lambda _place: [Call("sagemaker", "ListTrainingPlans", {"MaxResults": 100})],
    unrehearsed=OWN_ORDER,
)
def only_an_active_plan_has_free_instances(_place: Place, answers: list[Answer]) -> None:
    plans = answers[0].value["TrainingPlanSummaries"]
    if not plans:
        raise NothingToSeeError("there is no plan in this account")
    free = {
        plan["TrainingPlanName"]: plan.get("AvailableInstanceCount", 0) for plan in plans if plan["Status"] != "Active"
    }
    assert {name: count for name, count in free.items() if count} == {}


def _missing_plan(place: Place) -> list[Call]:
    arn = place.arn("sagemaker", f"training-plan/{place.nobody}")
    return [
        Call("sagemaker", "DescribeTrainingPlan", {"TrainingPlanName": place.nobody}),
        Call("sagemaker", "DescribeTrainingPlanExtensionHistory", {"TrainingPlanArn": arn}),
    ]


@check("| ResourceNotFound, ResourceInUse | | gone; busy |", _missing_plan)
def a_plan_that_is_not_there_is_resource_not_found(_place: Place, answers: list[Answer]) -> None:
    assert [answer.code for answer in answers] == ["ResourceNotFound"] * 2


def _missing(place: Place) -> list[Call]:
    named = {"EndpointName": place.nobody}
    config = {"EndpointConfigName": place.nobody}
    component = {"InferenceComponentName": place.nobody}
    nothing = "nothing, for nothing has this name"
    return [
        Call("sagemaker", "DescribeEndpoint", named),
        Call("sagemaker", "DeleteEndpoint", named, nothing),
        Call("sagemaker", "UpdateEndpoint", {**named, **config}, nothing),
        Call("sagemaker", "DescribeEndpointConfig", config),
        Call("sagemaker", "DescribeInferenceComponent", component),
        Call("sagemaker", "DeleteInferenceComponent", component, nothing),
        Call(
            "sagemaker",
            "UpdateInferenceComponentRuntimeConfig",
            {**component, "DesiredRuntimeConfig": {"CopyCount": 0}},
            nothing,
        ),
        Call("sagemaker", "DescribeModel", {"ModelName": place.nobody}),
    ]


@check("`Could not find endpoint configuration`, `Could not find endpoint`", _missing)
def what_is_not_there_is_a_validation_exception_that_says_so(_place: Place, answers: list[Answer]) -> None:
    words = [
        *["Could not find endpoint"] * 3,
        "Could not find endpoint configuration",
        *["Could not find inference component"] * 3,
        "Could not find model",
    ]
    assert {answer.code for answer in answers} == {"ValidationException"}
    assert [answer.text for answer, word in zip(answers, words, strict=True) if word not in answer.text] == []


def _variant(place: Place, **more: Any) -> dict[str, Any]:
    plain = {"InitialInstanceCount": 1, "InstanceType": TYPE}
    given = {"VariantName": "main", "ModelName": place.nobody, **plain, **more}
    return {key: value for key, value in given.items() if value is not None}


def _config(place: Place, name: str, **more: Any) -> list[Call]:
    called = {"EndpointConfigName": f"{PROBE}-{name}"}
    made = "an endpoint config, which costs nothing, should AWS take it"
    return [
        Call("sagemaker", "CreateEndpointConfig", {**called, "ProductionVariants": [_variant(place, **more)]}, made),
        Call("sagemaker", "DeleteEndpointConfig", called, "deletes that config", undo=True),
    ]


def _bound(place: Place) -> dict[str, str]:
    plan = place.arn("sagemaker", f"training-plan/{place.nobody}")
    return {"CapacityReservationPreference": "capacity-reservations-only", "MlReservationArn": plan}


def _refused_configs(place: Place) -> list[Call]:
    serverless = {"MemorySizeInMB": 1500, "MaxConcurrency": 1}
    no_instances = {"InitialInstanceCount": None, "InstanceType": None}
    both = {"ServerlessConfig": {**serverless, "MemorySizeInMB": 1024}, "CapacityReservationConfig": _bound(place)}
    scaling = {"Status": "ENABLED", "MinInstanceCount": 0, "MaxInstanceCount": 1}
    return [
        *_config(place, "no-plan", CapacityReservationConfig=_bound(place)),
        *_config(place, "memory", ServerlessConfig=serverless, **no_instances),
        *_config(place, "both", **both, **no_instances),
        *_config(place, "scaled", ManagedInstanceScaling=scaling),
    ]


@check(
    (
        "CapacityReservationConfig goes neither with ServerlessConfig nor with InstancePools",
        "Memory in steps of 1 GB from 1024 to 6144 MB",
        "ManagedInstanceScaling is for component variants only",
    ),
    _refused_configs,
)
def a_config_that_can_not_be_is_refused_as_a_validation_exception(_place: Place, answers: list[Answer]) -> None:
    made = answers[0::2]
    assert [answer.code for answer in made] == ["ValidationException"] * 4, made


def _wrong_requests(place: Place) -> list[Call]:
    return [
        Call("sagemaker", "SearchTrainingPlanOfferings", {**SEARCH, "TargetResources": ["endpoints"]}),
        Call("sagemaker", "DescribeEndpoint", {"EndpointName": f"{place.nobody}_"}),
        Call("sagemaker", "DescribeEndpoint", {"EndpointName": f"{place.nobody}{'y' * 60}"}),
    ]


@check("Requests are checked against botocore's model, with the texts that AWS gives", _wrong_requests)
def a_request_against_the_model_is_refused_in_the_known_words(_place: Place, answers: list[Answer]) -> None:
    assert {answer.code for answer in answers} == {"ValidationException"}
    places = ("targetResources", "endpointName", "endpointName")
    for answer, place in zip(answers, places, strict=True):
        assert re.match(r"\d validation errors? detected: Value", answer.text)
        assert f"at '{place}" in answer.text
        assert "failed to satisfy constraint" in answer.text


@check(
    "A value of a wrong JSON type is answered in the same form",
    lambda _place: [Call("sagemaker", "DescribeEndpoint", {"EndpointName": ["a", "b"]})],
)
def a_wrong_json_type_is_a_validation_exception(_place: Place, answers: list[Answer]) -> None:
    assert answers[0].code in ("ValidationException", "ValidationError"), answers[0]


@check(
    "An endpoint that is unknown or not ready: ValidationError 400",
    lambda place: [
        Call(
            "sagemaker-runtime",
            "InvokeEndpoint",
            {"EndpointName": place.nobody, "Body": b"{}"},
            "nothing: nobody hears",
        )
    ],
)
def an_unknown_endpoint_is_not_found_by_the_runtime(place: Place, answers: list[Answer]) -> None:
    assert answers[0].code == "ValidationError"
    assert answers[0].text == f"Endpoint {place.nobody} of account {place.account} not found."


@check(
    "Lists: CreationTime descending, ten a page",
    lambda _place: [Call("sagemaker", "ListEndpoints"), Call("sagemaker", "ListEndpointConfigs")],
    unrehearsed=OWN_ORDER,
)
def lists_have_ten_a_page_and_the_newest_first(_place: Place, answers: list[Answer]) -> None:
    pages = [answers[0].value["Endpoints"], answers[1].value["EndpointConfigs"]]
    if max(map(len, pages)) < 2:
        raise NothingToSeeError("there are not two endpoints or configs in this account to be put in order")
    for page in pages:
        times = [each["CreationTime"] for each in page]
        assert times == sorted(times, reverse=True)
        assert len(page) <= 10


@check(
    ("Other ARNs keep their case", "ARNs of endpoints are lower-cased"),
    lambda _place: [
        Call("sagemaker", "ListEndpointConfigs", {"MaxResults": 100}),
        Call("sagemaker", "ListEndpoints", {"MaxResults": 100}),
    ],
    unrehearsed=OWN_ORDER,
)
def the_arns_of_endpoints_alone_are_in_lower_case(_place: Place, answers: list[Answer]) -> None:
    configs = {each["EndpointConfigName"]: each["EndpointConfigArn"] for each in answers[0].value["EndpointConfigs"]}
    endpoints = {each["EndpointName"]: each["EndpointArn"] for each in answers[1].value["Endpoints"]}
    if configs.keys() | endpoints.keys() == {name.lower() for name in configs.keys() | endpoints.keys()}:
        raise NothingToSeeError("no endpoint and no config in this account has a capital letter in its name")
    assert {name: arn for name, arn in configs.items() if not arn.endswith(f"/{name}")} == {}
    assert {name: arn for name, arn in endpoints.items() if not arn.endswith(f"/{name.lower()}")} == {}


@check(
    "A plan for endpoints can be extended",
    lambda place: [
        Call("sagemaker", "SearchTrainingPlanOfferings", {"TrainingPlanArn": place.plan, "DurationHours": HOURS}),
        Call("sagemaker", "DescribeTrainingPlanExtensionHistory", {"TrainingPlanArn": place.plan}),
    ],
    unrehearsed=OWN_ORDER,
)
def extensions_of_a_plan_for_endpoints_are_on_sale(place: Place, answers: list[Answer]) -> None:
    if place.plan == NO_PLAN:
        raise NothingToSeeError("no plan for endpoints in this account is Active or Scheduled")
    assert not answers[0].refused, answers[0]
    offered = answers[0].value.get("TrainingPlanExtensionOfferings", [])
    assert all(each["TrainingPlanExtensionOfferingId"].startswith("tpeo-") for each in offered)
    assert not answers[1].refused, answers[1]
    if not offered:
        raise NothingToSeeError("no extension of this plan is on sale just now")
