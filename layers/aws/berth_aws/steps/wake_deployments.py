"""Something happened: the deployments that it concerns are reconciled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from berth_aws import clients
from berth_core.decide.waking import Subject, concerned, subject_of
from berth_core.model import Frozen

if TYPE_CHECKING:
    from berth_aws.ledger import Ledger
    from berth_core.facts import Registration


class Woken(Frozen):
    woken: tuple[str, ...]


def wake_deployments(event: dict[str, Any], table_name: str, reconcile_arn: str) -> Woken:
    """Idempotent by the event's id. An event that names neither an endpoint nor an alarm costs no call."""
    subject = subject_of(event)
    if subject == Subject():
        return Woken(woken=())
    # Late: an event that isn't ours needs none of it.
    from berth_aws.executions import start_reconcile
    from berth_aws.ledger import Ledger

    names = concerned(subject, _candidates(subject, Ledger.named(table_name)))
    cause = f"event {event.get('id') or event.get('time')}"
    started = (name for name in names if start_reconcile(clients.shared("stepfunctions"), reconcile_arn, name, cause))
    return Woken(woken=tuple(started))


def _candidates(subject: Subject, ledger: Ledger) -> tuple[Registration, ...]:
    """An endpoint has its deployment's name, so one row is enough; an alarm may be named by any."""
    if subject.endpoint is None:
        return ledger.registrations.all()
    registration = ledger.registrations.get(subject.endpoint.lower())
    return (registration,) if registration else ()
