"""Tags of the twin's resources, by ARN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rehearsal.sagemaker.paging import page, with_token
from rehearsal.sagemaker.refusals import InvalidRequestError

KINDS = ("endpoint", "endpoint-config", "inference-component", "model", "training-plan")
_PAGE_SIZE = 50
_MOST = 50


class Tags:
    """Keys keep the order in which they were first set. `exists` says whether a resource has that ARN."""

    def __init__(self, exists: Callable[[str], bool]) -> None:
        self._exists = exists
        self._tags: dict[str, dict[str, str]] = {}

    def put(self, arn: str, tags: list[dict[str, str]]) -> None:
        """The tags that a create call gave."""
        self._tags[arn] = {tag["Key"]: tag["Value"] for tag in tags}

    def forget(self, arn: str) -> None:
        self._tags.pop(arn, None)

    def of(self, arn: str) -> dict[str, str]:
        return dict(self._tags.get(arn, {}))

    # Operations

    def add(self, request: dict[str, Any]) -> dict[str, Any]:
        tags = self._known(request["ResourceArn"])
        after = {**tags, **{tag["Key"]: tag["Value"] for tag in request["Tags"]}}
        if len(after) > _MOST:
            raise InvalidRequestError(f"Too many tags: {len(after)}; a resource can have {_MOST}.")
        tags.update(after)
        return {"Tags": _as_list(tags)}

    def list(self, request: dict[str, Any]) -> dict[str, Any]:
        found, token = page(_as_list(self._known(request["ResourceArn"])), request, default_size=_PAGE_SIZE)
        return with_token({"Tags": found}, token)

    def delete(self, request: dict[str, Any]) -> dict[str, Any]:
        tags = self._known(request["ResourceArn"])
        for key in request["TagKeys"]:
            tags.pop(key, None)
        return {}

    def _known(self, arn: str) -> dict[str, str]:
        if not self._exists(arn):
            raise InvalidRequestError(f'Could not find resource "{arn}".')
        return self._tags.setdefault(arn, {})


def _as_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
