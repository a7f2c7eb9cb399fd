"""Money for reserved capacity: what is wanted, what is offered, what was agreed to, and what came of it."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from berth_core.manifest.money import Approval as ApprovalRule
from berth_core.model import Frozen, Time
from berth_core.yes import YesAsked


class OfferBlock(Frozen):
    """One block of an offer. AWS promises its type and count alone."""

    starts_at: Time | None = None
    ends_at: Time | None = None
    instance_type: str = ""
    instance_count: int = 0
    zone: str | None = None


class Offer(Frozen):
    """A plan or an extension on sale. `price` is AWS's text: whether it is a price is decided later."""

    id: str
    price: str | None = None
    currency: str | None = None
    hours: int = 0
    targets: tuple[str, ...] = ()
    blocks: tuple[OfferBlock, ...] = ()

    def is_same_thing(self, other: "Offer") -> bool:
        """Alike in all but the id: whether an id outlives its search is not documented (aws-facts 1.1)."""
        return self.model_copy(update={"id": other.id}) == other


class Extended(Frozen):
    """One record of a plan's extension history. Both statuses are free text at AWS (aws-facts 1.5)."""

    offering_id: str
    starts_at: Time | None = None
    ends_at: Time | None = None
    status: str = ""
    payment: str = ""


class Order(Frozen):
    """What is to be bought, and on which terms. `key` is what is bought once at most."""

    key: str
    kind: Literal["plan", "extension"]
    plan: str
    deployment: str | None = None
    version: str | None = Field(default=None, description="of the manifest that asked for it")
    instance_type: str
    instance_count: int
    hours: int
    not_before: Time | None = None
    not_after: Time | None = None
    max_blocks: int = 1
    max_price_usd: Decimal
    approval: ApprovalRule = "required"
    plan_arn: str | None = Field(default=None, description="of the plan to extend")
    plan_ends_at: Time | None = Field(default=None, description="the end that an extension moves")
    answer_by: Time | None = Field(default=None, description="later than this, a yes is no use")


class Answer(Frozen):
    """The documented payload of a yes or a no: `--task-output` of `aws stepfunctions send-task-success`.

    The last three are there if somebody answered elsewhere, in a pipeline.
    """

    decision: Literal["approve", "reject"]
    offering_id: str
    price_usd: Decimal
    who: str = Field(min_length=1, max_length=200)
    through: str = Field(default="", description="the pipeline's action, and its execution")
    said_at: Time | None = None
    saw: str = Field(default="", description="the words beside which the answer was given")


class Approval(YesAsked):
    """One request for a yes: to exactly this offer at this price, until then."""

    offering_id: str
    price_usd: Decimal
    answer: Answer | None = None


class Purchase(Frozen):
    """One request as the ledger knows it: claimed, perhaps agreed to, perhaps called, and ended.

    `called_at` never lapses: whoever finds it set looks for what was bought, and never calls again for this request.
    """

    order: Order
    request_id: str
    holder: str
    begun_at: Time
    lapses_at: Time = Field(description="from then on another run may take it over; a call stays a call")
    offer: Offer | None = None
    approval: Approval | None = None
    called_at: Time | None = None
    plan_arn: str | None = None
    ended_at: Time | None = None
    code: str = ""
    reason: str = ""
    revision: int = 0
    asked_before: dict[str, str] = Field(
        default_factory=dict,
        description="by deployment, the version of the manifest whose request had this row before: "
        "of several on one plan, each is to know its own answer",
    )

    @property
    def askers(self) -> dict[str, str]:
        """By deployment, the last version of its manifest that has begun this."""
        own = {self.order.deployment: self.order.version} if self.order.deployment and self.order.version else {}
        return {**self.asked_before, **own}

    @property
    def is_bought(self) -> bool:
        return self.ended_at is not None and not self.code

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def waits_for_answer(self) -> bool:
        """Somebody was asked, and nobody has answered yet."""
        approval = self.approval
        return self.is_open and approval is not None and bool(approval.token) and approval.answered_at is None


class Month(Frozen):
    """What was spent, or set aside, in one calendar month (UTC), by request. The cap is held against its sum."""

    month: str
    usd: dict[str, Decimal] = Field(default_factory=dict)
    revision: int = 0

    def spent_usd(self, but_for: str = "") -> Decimal:
        return sum((usd for request, usd in self.usd.items() if request != but_for), Decimal(0))

    def with_usd(self, request_id: str, usd: Decimal) -> "Month":
        return self.model_copy(update={"usd": {**self.usd, request_id: usd}})

    def without(self, request_id: str) -> "Month":
        return self.model_copy(update={"usd": {key: usd for key, usd in self.usd.items() if key != request_id}})


def month_of(moment: datetime) -> str:
    """The calendar month that a moment belongs to; `moment` is in UTC."""
    return f"{moment:%Y-%m}"


class SpendingPolicy(Frozen):
    """The stack's settings about money. A budget of 0 means that buying is off."""

    stack: str
    budget_usd: Decimal = Decimal(0)
    observe_only: bool = False


class Ask(Frozen):
    """Claim the order, and have somebody say yes to this offer."""

    kind: Literal["ask"] = "ask"
    reason: str
    offer: Offer
    approval: Approval


class Take(Frozen):
    """Claim the order for this offer: nobody is asked, because the price cap is the yes."""

    kind: Literal["take"] = "take"
    reason: str
    offer: Offer


class Buy(Frozen):
    """One call, for this offer. `approval` is absent where the price cap is the yes."""

    kind: Literal["buy"] = "buy"
    reason: str
    offer: Offer
    price_usd: Decimal
    approval: Approval | None = None


class Wait(Frozen):
    """The call was made; plans have no events, so look again in a while."""

    kind: Literal["wait"] = "wait"
    reason: str
    seconds: int


class Done(Frozen):
    """It is there. `found` means that it was there without this request."""

    kind: Literal["done"] = "done"
    code: str = ""
    reason: str
    plan_arn: str
    found: bool = False
    ends_at: Time | None = None


class NotBought(Frozen):
    """Nothing was bought, or nothing came of it. `answer` is what somebody said, if anybody did."""

    kind: Literal["refuse"] = "refuse"
    code: str
    reason: str
    offer: Offer | None = None
    approval: Approval | None = None


class UnderWay(Frozen):
    """Another run is at it: this one ends, and touches nothing."""

    kind: Literal["hold"] = "hold"
    code: str = "UnderWay"
    reason: str


PurchaseDecision = Ask | Take | Buy | Wait | Done | NotBought | UnderWay

type Said = Any
"""What came back from the task that waited for an answer: not yet known to be an Answer, nor a JSON object."""
