"""Waiting for an endpoint without asking again and again: its event resumes the task whose token is stored here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from berth_aws import clients
from berth_aws.executions import send_task_success
from berth_aws.sagemaker_seen import Described, described
from berth_aws.waiters import Until, Waiter, Waiters
from berth_core.facts import IN_TRANSITION
from berth_core.model import Frozen

if TYPE_CHECKING:
    from berth_aws.ledger import Ledger


class Waiting(Frozen):
    """Whether the wait was over before it began."""

    resumed: bool


def await_endpoint(
    deployment: str,
    holder: str,
    token: str,
    until: Until,
    ledger: Ledger,
    now: datetime,
    settled_by: datetime | None = None,
) -> Waiting:
    """Stores the token, then looks: the event may have come before. Renews the lease, since waiting takes long.

    After `settled_by`, the decision's own longest time, the task goes on whatever is there: it is told as it is.
    """
    ledger.leases.insist(deployment, holder, now)
    waiter = Waiter(holder=holder, token=token, until=until)
    ledger.waiters.store(deployment, waiter, now)
    there = described(clients.shared("sagemaker"), deployment)
    if settled_by is not None and now >= settled_by:
        return Waiting(resumed=_answer(deployment, waiter, ledger.waiters))
    return Waiting(resumed=resume(deployment, waiter, there, ledger.waiters))


def resume(endpoint: str, waiter: Waiter, there: Described | None, waiters: Waiters) -> bool:
    """Lets the task go on if its wait is over. Answered first and forgotten second: a crash in between answers twice,
    and the second answer finds nobody. True if the task was waiting still."""
    if not is_over(there, waiter.until):
        return False
    return _answer(endpoint, waiter, waiters)


def _answer(endpoint: str, waiter: Waiter, waiters: Waiters) -> bool:
    answered = send_task_success(clients.shared("stepfunctions"), waiter.token, {"until": waiter.until})
    waiters.forget(endpoint, waiter)
    return answered


def is_over(there: Described | None, until: Until) -> bool:
    """Whether the endpoint has settled, or is gone if that is waited for."""
    if until == "gone" or there is None:
        return there is None
    return there["EndpointStatus"] not in IN_TRANSITION and "PendingDeploymentSummary" not in there
