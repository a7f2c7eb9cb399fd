"""One repair of a sweep. The list that it comes from is old by now, so each looks afresh at what it is about to touch.

What a lease protects is touched only by whoever holds it: a repair claims it like any other run, so that neither a live
run nor another sweep works on the same thing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from berth_aws import clients
from berth_aws.executions import has_ended, start_reconcile
from berth_aws.ledger import Ledger
from berth_aws.sagemaker_seen import described
from berth_aws.scaling_changed import Scaler
from berth_aws.schedules import drop_schedule
from berth_aws.steps.await_endpoint import is_over, resume
from berth_aws.steps.clean_configs import clean_configs
from berth_aws.steps.clean_staging import delete_trials
from berth_core.errors import BusyError
from berth_core.model import Frozen
from berth_core.naming import DEPLOYMENT_TAG, STACK_TAG, staging_of
from berth_core.sweeps import Repair, Repaired

PURPOSE = "fleet_reconcile"


class Place(Frozen):
    """Where things are. `observe_only`: nothing is changed but what changes nothing itself."""

    stack: str
    observe_only: bool
    reconcile_arn: str
    schedule_group: str


class _LeftError(Exception):
    """There is nothing to repair, or not now."""


def apply_repair(repair: Repair, holder: str, place: Place, ledger: Ledger, now: datetime) -> Repaired:
    """Idempotent: what is in order by now is left as it is. RefusedError for what AWS refuses."""
    if place.observe_only and repair.kind != "reconcile":
        return Repaired(kind="would", repair=repair, reason=f"observing only; would see to it that {repair.reason}")
    try:
        done = _Repairer(repair, holder, place, ledger, now).ways[repair.kind]()
    except _LeftError as why:
        return Repaired(kind="left", repair=repair, reason=str(why))
    except BusyError as why:
        return Repaired(kind="left", repair=repair, reason=f"not now: {why}")
    return Repaired(kind="repaired", repair=repair, reason=f"{repair.reason}: {done}")


class _Repairer:
    """Each way says in words what it did, or raises _LeftError."""

    def __init__(self, repair: Repair, holder: str, place: Place, ledger: Ledger, now: datetime) -> None:
        self._repair = repair
        self._holder = holder
        self._place = place
        self._ledger = ledger
        self._now = now

    @property
    def ways(self) -> dict[str, Callable[[], str]]:
        return {
            "reconcile": self._reconcile,
            "resume_waiter": self._resume_waiter,
            "clean_staging": self._clean_staging,
            "clean_configs": self._clean_configs,
            "drop_schedule": self._drop_schedule,
            "remove_scaling": self._remove_scaling,
        }

    def _reconcile(self) -> str:
        """It takes no lease: the run that it starts does, or holds because another one has it."""
        machine = self._place.reconcile_arn
        if start_reconcile(clients.shared("stepfunctions"), machine, self._repair.deployment, self._repair.cause):
            return "reconciled"
        raise _LeftError("it has been started for this before")

    def _resume_waiter(self) -> str:
        endpoint = self._repair.subject
        waiting = (each for each in self._ledger.waiters.of(endpoint) if each.holder == self._repair.holder)
        waiter = next(waiting, None)
        if waiter is None:
            raise _LeftError("it waits no more")
        there = described(clients.shared("sagemaker"), endpoint)
        if is_over(there, waiter.until):
            went_on = resume(endpoint, waiter, there, self._ledger.waiters)
            return "it goes on" if went_on else "it was dead, and is forgotten"
        if not has_ended(clients.shared("stepfunctions"), waiter.holder):
            raise _LeftError("the endpoint hasn't settled, and its execution runs")
        self._ledger.waiters.forget(endpoint, waiter)
        return "its execution has ended, and it is forgotten"

    def _clean_staging(self) -> str:
        name = self._repair.deployment
        with self._lease(staging_of(name)):
            return _deleted(delete_trials(name, self._place.stack))

    def _clean_configs(self) -> str:
        name = self._repair.deployment
        with self._lease(name):
            self._insist_on_unmanaged()
            if described(clients.shared("sagemaker"), name) is not None:
                raise _LeftError("there is an endpoint of this name by now")
            place, ledger = self._place, self._ledger
            cleaned = clean_configs(name, self._holder, frozenset(), place.stack, ledger, self._now)
            return _deleted(cleaned.deleted)

    def _drop_schedule(self) -> str:
        self._insist_on_unmanaged()
        if drop_schedule(clients.shared("scheduler"), self._place.schedule_group, self._repair.subject):
            return "deleted"
        raise _LeftError("it is gone")

    def _remove_scaling(self) -> str:
        name = self._repair.deployment
        with self._lease(name):
            self._insist_on_unmanaged()
            if described(clients.shared("sagemaker"), name) is not None:
                raise _LeftError("there is an endpoint of this name by now")
            tags = {STACK_TAG: self._place.stack, DEPLOYMENT_TAG: name}
            Scaler(clients.shared("application-autoscaling"), clients.shared("cloudwatch"), tags).remove(
                self._repair.subject
            )
            return "alarms and scaling deleted"

    @contextmanager
    def _lease(self, of: str) -> Iterator[None]:
        lease = self._ledger.leases.claim(of, self._holder, PURPOSE, self._now)
        if lease.holder != self._holder:
            raise _LeftError(f"{lease.holder} is at it ({lease.purpose})")
        try:
            yield
        finally:
            self._ledger.leases.release(of, self._holder)

    def _insist_on_unmanaged(self) -> None:
        registration = self._ledger.registrations.get(self._repair.deployment)
        if registration is not None and registration.removed_at is None:
            raise _LeftError(f"{self._repair.deployment} is managed by now")


def _deleted(names: tuple[str, ...]) -> str:
    if not names:
        raise _LeftError("nothing of it is ours, or it is gone")
    return f"deleted {', '.join(names)}"
