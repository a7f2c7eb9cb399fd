"""Waiting for a staging endpoint: as for any other, but under the staging's own lease."""

from datetime import datetime

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.sagemaker_seen import described
from berth_aws.steps.await_endpoint import Waiting, resume
from berth_aws.waiters import Waiter
from berth_core.naming import staging_of


def await_staging(deployment: str, holder: str, token: str, endpoint: str, ledger: Ledger, now: datetime) -> Waiting:
    """Stores the token, then looks: the event may have come before."""
    ledger.leases.insist(staging_of(deployment), holder, now)
    waiter = Waiter(holder=holder, token=token, until="settled")
    ledger.waiters.store(endpoint, waiter, now)
    there = described(clients.shared("sagemaker"), endpoint)
    return Waiting(resumed=resume(endpoint, waiter, there, ledger.waiters))
