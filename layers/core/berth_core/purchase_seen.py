"""What was observed for a decision about a purchase."""

from berth_core.facts import PlanSeen
from berth_core.model import Frozen, Time
from berth_core.purchases import Extended, Month, Offer, Order, Purchase, SpendingPolicy


class PurchaseSeen(Frozen):
    """All that a decision about a purchase may look at."""

    now: Time
    holder: str
    request_id: str
    order: Order
    policy: SpendingPolicy
    plan: PlanSeen | None = None
    offers: tuple[Offer, ...] = ()
    no_offers_why: str = ""
    """AWS's words, if it won't say what is on sale, or what was bought before."""
    history: tuple[Extended, ...] = ()
    purchase: Purchase | None = None
    month: Month

    @property
    def mine(self) -> Purchase | None:
        """The request that this run has claimed."""
        mine = self.purchase
        return mine if mine is not None and mine.request_id == self.request_id else None
