"""SageMaker models: a name and what it was created with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker.paging import chosen, ordered, page, with_token
from rehearsal.sagemaker.refusals import InvalidRequestError

if TYPE_CHECKING:
    from rehearsal.sagemaker.twin import Twin


@dataclass(frozen=True)
class Model:
    """`request` is the CreateModel call's, without its tags."""

    name: str
    arn: str
    created_at: datetime
    request: dict[str, Any]


class Models:
    """All models by name."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self._models: dict[str, Model] = {}

    def get(self, name: str) -> Model | None:
        return self._models.get(name)

    def create(self, request: dict[str, Any]) -> dict[str, Any]:
        name: str = request["ModelName"]
        arn = self._twin.arns.model(name)
        if name in self._models:
            raise InvalidRequestError(f'Cannot create already existing model "{arn}".')
        kept = {key: value for key, value in request.items() if key != "Tags"}
        self._models[name] = Model(name, arn, self._twin.now, kept)
        self._twin.tags.put(arn, request.get("Tags", []))
        return {"ModelArn": arn}

    def describe(self, request: dict[str, Any]) -> dict[str, Any]:
        model = self._known(request["ModelName"])
        isolated = {"EnableNetworkIsolation": False, **model.request}
        return {**isolated, "ModelArn": model.arn, "CreationTime": model.created_at}

    def list(self, request: dict[str, Any]) -> dict[str, Any]:
        by_name = request.get("SortBy") == "Name"
        sorted_models = ordered(
            chosen(self._models.values(), request),
            lambda model: model.name if by_name else model.created_at,
            request,
            default="Descending",
        )
        found, token = page(sorted_models, request)
        rows = [{"ModelName": each.name, "ModelArn": each.arn, "CreationTime": each.created_at} for each in found]
        return with_token({"Models": rows}, token)

    def delete(self, request: dict[str, Any]) -> dict[str, Any]:
        """Endpoints that run the model keep running (botocore's documentation)."""
        model = self._known(request["ModelName"])
        del self._models[model.name]
        self._twin.tags.forget(model.arn)
        return {}

    def _known(self, name: str) -> Model:
        model = self._models.get(name)
        if model is None:
            raise InvalidRequestError(f'Could not find model "{self._twin.arns.model(name)}".')
        return model
