"""{"deployment", "holder"} -> Snapshot"""

from berth_aws.ledger import Ledger
from berth_aws.steps.observe_deployment import observe_deployment
from berth_core.facts import Policy, Snapshot
from berth_core.prices import prices_with
from berth_shell.clock import now
from berth_shell.entry import entry
from berth_shell.requests import Turn
from berth_shell.settings import Minutes, StackSettings


class Settings(StackSettings):
    observe_only: bool
    lead_minutes: Minutes
    on_demand_prices: str


@entry(Turn, Settings)
def handler(request: Turn, settings: Settings) -> Snapshot:
    ledger = Ledger.named(settings.ledger_table)
    policy = Policy(stack=settings.stack, observe_only=settings.observe_only, lead_minutes=settings.lead_minutes)
    prices = prices_with(settings.on_demand_prices)
    return observe_deployment(request.deployment, request.holder, ledger, policy, prices, now())
