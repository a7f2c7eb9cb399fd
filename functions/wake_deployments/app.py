"""An event about an endpoint or an alarm -> {"woken": [deployment]}"""

from berth_aws.steps.wake_deployments import Woken, wake_deployments
from berth_shell.entry import AnyEvent, entry
from berth_shell.settings import LedgerSettings


class Settings(LedgerSettings):
    reconcile_arn: str


@entry(AnyEvent, Settings)
def handler(event: AnyEvent, settings: Settings) -> Woken:
    return wake_deployments(event.root, settings.ledger_table, settings.reconcile_arn)
