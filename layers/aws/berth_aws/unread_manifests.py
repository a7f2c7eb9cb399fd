"""Manifests whose event was lost: found in the bucket's listing, and handed to the function that S3's events go to."""

import json
from datetime import datetime

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.manifests import list_manifests
from berth_aws.overview import Overview
from berth_aws.translate import in_our_words
from berth_core.decide.unread import unread
from berth_core.model import Frozen

MOST_AT_ONCE = 100
"""Handed over by one watch, which has other things to do; the next one takes the rest."""


class Bucket(Frozen):
    """Where manifests lie, and who reads them."""

    name: str
    reader_arn: str


def hand_on_unread(bucket: Bucket, known: Overview, ledger: Ledger, now: datetime) -> tuple[str, ...]:
    """The keys that were handed on. Whoever reads them is idempotent, so a late event or the next watch may repeat it.

    One call for up to a thousand objects if nothing is new. The reading is another function's, with that one's
    permissions and retries: what a manifest holds can't stop the watch.
    """
    listed = list_manifests(clients.shared("s3"), bucket.name)
    found = unread(listed, known.deployments, known.refusals)
    handed_on = found.keys[:MOST_AT_ONCE]
    for key in handed_on:
        _hand_on(bucket, key, now)
    for key in found.stale:
        ledger.refusals.forget(key)
    return handed_on


def _hand_on(bucket: Bucket, key: str, now: datetime) -> None:
    wakeup = {
        "id": f"watch {now:%Y-%m-%dT%H:%M} {key}",
        "detail": {"bucket": {"name": bucket.name}, "object": {"key": key}},
    }
    with in_our_words("Invoke"):
        clients.shared("lambda").invoke(
            FunctionName=bucket.reader_arn, InvocationType="Event", Payload=json.dumps(wakeup).encode()
        )
