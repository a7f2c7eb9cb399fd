"""Who answers a manual approval. Calls in this process carry no signature, so a scenario says who makes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rehearsal.cloud import current

NOBODY_SAID = "somebody"
_KEY = re.compile(r"Credential=([^/,\s]+)/")
_callers: list[str] = []


@contextmanager
def called_by(who: str) -> Iterator[None]:
    """Calls made in here come from this person."""
    _callers.append(who)
    try:
        yield
    finally:
        _callers.remove(who)


def caller_arn(headers: Mapping[str, str]) -> str:
    """The person; or whoever signed the request, by the access key; or somebody."""
    signed = _KEY.search(headers.get("Authorization", ""))
    name = _callers[-1] if _callers else signed[1] if signed else NOBODY_SAID
    return f"arn:aws:sts::{current().settings.account_id}:assumed-role/people/{name}"
