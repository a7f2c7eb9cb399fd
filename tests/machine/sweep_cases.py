"""What can happen to a sweep: a way to make it happen, where the machine passes then, and how it ends."""

from __future__ import annotations

from typing import Any

from tests.machine.cases import CRASH, Begin, Case, Play, serving
from tests.machine.site import Ended, Site

MACHINE = "fleet_reconcile"
ORPHAN = "old-0a1b2c3d-x1"
OURS = [{"Key": "berth:stack", "Value": "berth"}, {"Key": "berth:deployment", "Value": "old"}]


def orphaned(site: Site) -> None:
    """A config of a deployment that nobody knows any more, with our tags."""
    site.serve()
    variant = {"VariantName": "main", "ModelName": "m1", "InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}
    site.sagemaker.create_endpoint_config(EndpointConfigName=ORPHAN, ProductionVariants=[variant], Tags=OURS)


def strangers(site: Site) -> None:
    """The same kind of name, and somebody else's tags."""
    orphaned(site)
    arn = site.sagemaker.describe_endpoint_config(EndpointConfigName=ORPHAN)["EndpointConfigArn"]
    site.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "berth:stack", "Value": "another"}])


def swept(begins: Begin, *faults: tuple[Any, ...], left: bool) -> Play:
    """`left` says whether the orphan is there afterwards."""

    def goes_on(site: Site) -> Ended:
        site.faulty(*faults)
        ended = site.run(MACHINE, {})
        names = [each["EndpointConfigName"] for each in site.sagemaker.list_endpoint_configs()["EndpointConfigs"]]
        assert (ORPHAN in names) is left
        return ended

    return Play(begins, goes_on)


def _two_at_once(site: Site) -> Ended:
    first, second = site.start(MACHINE, {}), site.start(MACHINE, {})
    assert site.end(second).status == "SUCCEEDED"
    return site.end(first)


def _only_observed(site: Site) -> Ended:
    name = "berth-apply-repair"
    functions = site.cloud.client("lambda")
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": {**variables, "BERTH_OBSERVE_ONLY": "true"}}
    )
    ended = site.run(MACHINE, {})
    assert site.sagemaker.describe_endpoint_config(EndpointConfigName=ORPHAN)
    return ended


REPAIRS = "IsAnythingLeft RepairAll RecordSweep HasNews"
SWEEPS = [
    Case("all is in order", MACHINE, swept(serving, left=False), "ObserveFleet IsAnythingLeft InOrder"),
    Case("a config is left of a deployment that is gone", MACHINE, swept(orphaned, left=False),
         f"{REPAIRS} AnnounceSweep IsRepaired Swept"),
    Case("what looks like ours is somebody else's", MACHINE, swept(strangers, left=True),
         f"{REPAIRS} IsRepaired Swept"),
    Case("two sweeps at once", MACHINE, Play(orphaned, _two_at_once), f"{REPAIRS} IsRepaired Swept"),
    Case("it only observes", MACHINE, Play(orphaned, _only_observed), f"{REPAIRS} IsRepaired Swept"),
    Case("the repair dies after its work", MACHINE,
         swept(orphaned, ("function:ApplyRepairFunction", "crash_after", 1), left=False),
         f"{REPAIRS} IsRepaired Swept"),
    Case("a repair fails for good", MACHINE, swept(orphaned, ("function:ApplyRepairFunction", CRASH), left=True),
         f"{REPAIRS} AnnounceSweep IsRepaired NotRepaired", ("FAILED", "NotRepaired")),
    Case("it can't look", MACHINE, swept(orphaned, ("function:ObserveFleetFunction", CRASH), left=True),
         "ObserveFleet NotSwept", ("FAILED", "Runtime.ExitError")),
    Case("the ledger can't be written", MACHINE, swept(orphaned, ("function:RecordSweepFunction", CRASH), left=False),
         "RepairAll RecordSweep NotSwept", ("FAILED", "Runtime.ExitError")),
]  # fmt: skip
