"""The sweep's look: lists of everything, and what of it is to be repaired."""

from datetime import datetime

from berth_aws import clients
from berth_aws.ledger import Ledger
from berth_aws.overview import Overview
from berth_aws.sagemaker_seen import list_configs, list_endpoints, list_plans
from berth_aws.scaling_seen import list_alarms
from berth_aws.schedules import list_schedules
from berth_core.decide.sweeping import Fleet, decide_sweep
from berth_core.decide.watch import Look
from berth_core.model import Frozen
from berth_core.naming import staging_of
from berth_core.sweeps import Sweep, WaiterBrief


class Place(Frozen):
    """Whose fleet it is, and where its schedules are."""

    stack: str
    schedule_group: str


class Observed(Frozen):
    """`waiting` tasks have waited longer than any should, and are among the repairs."""

    sweep: Sweep
    waiting: int


def observe_fleet(place: Place, ledger: Ledger, now: datetime) -> Observed:
    """Eight calls for up to a hundred of each, and describes nothing. Changes nothing."""
    known = ledger.overview()
    waiters = ledger.waiters.all()
    sagemaker = clients.shared("sagemaker")
    fleet = Fleet(
        look=Look(
            now=now,
            lead_minutes=(),
            plans=list_plans(sagemaker),
            rows=known.plans,
            endpoints=list_endpoints(sagemaker),
            deployments=known.deployments,
        ),
        waiters=waiters,
        leases=ledger.leases.of(_held(known, waiters)),
        configs=list_configs(sagemaker),
        schedules=list_schedules(clients.shared("scheduler"), place.schedule_group),
        moments=frozenset(known.schedules),
        alarms=list_alarms(clients.shared("cloudwatch"), place.stack),
    )
    sweep = decide_sweep(fleet)
    return Observed(sweep=sweep, waiting=sum(repair.kind == "resume_waiter" for repair in sweep.repairs))


def _held(known: Overview, waiters: tuple[WaiterBrief, ...]) -> list[str]:
    """Whatever a lease may be on, as far as the ledger knows. Of the rest, whoever repairs it claims it first."""
    names = {each.name for each in known.deployments} | {each.endpoint for each in waiters}
    return sorted(names | {staging_of(each.name) for each in known.deployments})
