"""Announcements onto the bus."""

from collections.abc import Sequence
from itertools import batched
from typing import Any

from berth_aws.clients import Client
from berth_aws.translate import in_our_words
from berth_core.errors import BusyError

BATCH = 10
"""Entries that one PutEvents takes."""


def announce(client: Client, entries: Sequence[dict[str, Any]]) -> int:
    """Puts all entries; the answer is how many. Not idempotent: an announcement may come twice, but is never lost.

    Raises BusyError, naming AWS's reason, if the bus took only some of a batch.
    """
    for batch in batched(entries, BATCH, strict=False):
        with in_our_words("PutEvents"):
            answer = client.put_events(Entries=list(batch))
        if answer["FailedEntryCount"]:
            raise BusyError(f"PutEvents: {answer['FailedEntryCount']} of {len(batch)} refused: {_why(answer)}")
    return len(entries)


def _why(answer: dict[str, Any]) -> str:
    failed = (entry for entry in answer["Entries"] if "ErrorCode" in entry)
    return "; ".join(sorted({f"{entry['ErrorCode']} {entry.get('ErrorMessage', '')}".strip() for entry in failed}))
