"""Lists in pages: filtered by name and time, sorted, cut, with a token for the rest."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol

from rehearsal.sagemaker.refusals import InvalidRequestError


class Named(Protocol):
    """What lists of models, endpoint configs and endpoints have in common."""

    @property
    def name(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


def page[T](items: list[T], request: dict[str, Any], *, default_size: int = 10) -> tuple[list[T], str | None]:
    """One page and the next page's token. Ten items by default, as ListEndpoints documents."""
    start = _start(request.get("NextToken"))
    end = start + int(request.get("MaxResults", default_size))
    return items[start:end], _token(end) if end < len(items) else None


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"from-{start}".encode()).decode()


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token).decode().partition("-")
        start = int(number)
    except (binascii.Error, ValueError) as unreadable:
        raise InvalidRequestError(f"Invalid NextToken: {token}") from unreadable
    if word != "from" or start < 0:
        raise InvalidRequestError(f"Invalid NextToken: {token}")
    return start


def with_token(answer: dict[str, Any], token: str | None) -> dict[str, Any]:
    return {**answer, "NextToken": token} if token else answer


def chosen[N: Named](items: Iterable[N], request: dict[str, Any]) -> list[N]:
    """The items that NameContains, CreationTimeAfter and CreationTimeBefore let through."""
    part = request.get("NameContains", "")
    after = request.get("CreationTimeAfter")
    before = request.get("CreationTimeBefore")
    return [
        item
        for item in items
        if part.lower() in item.name.lower()
        and (after is None or item.created_at > after)
        and (before is None or item.created_at < before)
    ]


def ordered[T](items: list[T], key: Callable[[T], Any], request: dict[str, Any], *, default: str) -> list[T]:
    """Sorted by the key; items with equal keys keep the order of their creation, reversed with the rest."""
    return sorted(items, key=key) if request.get("SortOrder", default) == "Ascending" else sorted(items, key=key)[::-1]
