"""Search over endpoints: enough to find ours by name, status and tag in one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker.endpoint import Endpoint
from rehearsal.sagemaker.paging import ordered, page, with_token
from rehearsal.sagemaker.refusals import ApiError, InvalidRequestError

if TYPE_CHECKING:
    from rehearsal.sagemaker.twin import Twin

_TESTS: dict[str, Callable[[str | None, str], bool]] = {
    "Equals": lambda found, wanted: found == wanted,
    "NotEquals": lambda found, wanted: found != wanted,
    "Contains": lambda found, wanted: found is not None and wanted in found,
    "Exists": lambda found, _: found is not None,
    "NotExists": lambda found, _: found is None,
    "In": lambda found, wanted: found in wanted.split(","),
}
_PROPERTIES = ("EndpointName", "EndpointArn", "EndpointConfigName", "EndpointStatus", "FailureReason")


def search(twin: Twin, request: dict[str, Any]) -> dict[str, Any]:
    """Filters and sub-expressions on an endpoint's name, ARN, config, status, failure and `Tags.<key>`."""
    if request["Resource"] != "Endpoint":
        raise ApiError(
            "NotImplemented", f"The rehearsal doesn't know Search over {request['Resource']}: only over Endpoint."
        )
    records = [_record(twin, endpoint) for endpoint in twin.endpoints.all()]
    found = [record for record in records if _holds(request.get("SearchExpression", {}), record)]
    key = request.get("SortBy", "LastModifiedTime")
    rows, token = page(ordered(found, lambda record: record.get(key, ""), request, default="Descending"), request)
    results = [{"Endpoint": row} for row in rows]
    return with_token({"Results": results, "TotalHits": {"Value": len(found), "Relation": "EqualTo"}}, token)


def _record(twin: Twin, endpoint: Endpoint) -> dict[str, Any]:
    shown = twin.endpoints.views.described(endpoint)
    kept = (*_PROPERTIES, "ProductionVariants", "CreationTime", "LastModifiedTime")
    tags = [{"Key": key, "Value": value} for key, value in twin.tags.of(endpoint.arn).items()]
    return {**{key: shown[key] for key in kept if key in shown}, "Tags": tags}


def _holds(expression: dict[str, Any], record: dict[str, Any]) -> bool:
    if "NestedFilters" in expression:
        raise InvalidRequestError("The rehearsal doesn't know NestedFilters: use Filters and SubExpressions.")
    parts = [_passes(each, record) for each in expression.get("Filters", [])]
    parts += [_holds(each, record) for each in expression.get("SubExpressions", [])]
    return any(parts) if parts and expression.get("Operator") == "Or" else all(parts)


def _passes(condition: dict[str, Any], record: dict[str, Any]) -> bool:
    name: str = condition["Name"]
    test = _TESTS.get(condition.get("Operator", "Equals"))
    if test is None or not (name in _PROPERTIES or name.startswith("Tags.")):
        raise InvalidRequestError(f"The rehearsal can't search by {name} {condition.get('Operator', 'Equals')}.")
    return test(_value(name, record), condition.get("Value", ""))


def _value(name: str, record: dict[str, Any]) -> str | None:
    if not name.startswith("Tags."):
        return record.get(name)
    return next((tag["Value"] for tag in record["Tags"] if tag["Key"] == name.removeprefix("Tags.")), None)
