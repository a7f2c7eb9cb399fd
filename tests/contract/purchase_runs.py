"""Purchases as they run: the real steps, switched wherever a seed says, and people who answer what they like."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from berth_aws.reminders import ReminderPlace
from berth_aws.steps.answer_approval import answer_approval
from berth_aws.steps.apply_purchase import apply_purchase
from berth_aws.steps.await_approval import await_approval
from berth_aws.steps.claim_purchase import claim_purchase
from berth_aws.steps.observe_purchase import observe_purchase
from berth_aws.steps.record_purchase import PurchaseEnded, record_purchase
from berth_aws.steps.record_purchase_answer import record_purchase_answer
from berth_core.decide.purchasing import decide_purchase
from berth_core.errors import BerthError, BusyError, UnknownOutcomeError
from berth_core.ordering import PurchaseRequest
from berth_core.outcomes import Trouble
from berth_core.purchase_seen import PurchaseSeen
from berth_core.purchases import Answer, Ask, Buy, SpendingPolicy, Take, UnderWay, Wait
from tests.fakes.baton import Baton, CrashError
from tests.fakes.ledger import FakeLedger
from tests.fakes.market import FakeMarket, Fate
from tests.fakes.tasks import FakeTasks

PLACE = ReminderPlace(
    event_bus="berth", event_bus_arn="bus", schedule_group="berth", schedule_role_arn="role", schedule_dlq_arn="queue"
)
SWITCHED = {"purchases": ("get", "write", "all"), "spending": ("of", "write")}
CALLED = ("create_training_plan", "paginate", "search_training_plan_offerings")


@dataclass
class World:
    """What the runs share, and what people said."""

    seed: int
    crash_rate: float = 0.0
    budget_usd: Decimal = Decimal(2000)
    prices: dict[str, str] = field(default_factory=lambda: {"tpo-a": "900.00", "tpo-b": "950.00"})
    fates: list[Fate] = field(default_factory=list)
    lag: timedelta = timedelta(0)
    refuses_names: bool = True
    yeses: set[tuple[str, str, Decimal]] = field(default_factory=set)
    doubles: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.baton = Baton(self.chance, self.crash_rate)
        self.market = FakeMarket(lambda: self.baton.now, self.prices, self.fates, self.lag, self.refuses_names)
        self.ledger = FakeLedger()
        self.tasks = FakeTasks(lambda: self.baton.now)
        for section, methods in SWITCHED.items():
            self._switch_at(getattr(self.ledger, section), methods)
        self._switch_at(self.market, CALLED)

    def afterwards(self, look: Callable[[], Decimal]) -> Decimal:
        """A look when all runs are over: nobody is left to go first."""
        self.baton = Baton(self.chance, 0.0)
        found: list[Decimal] = []
        self.baton.run({"look": lambda: found.append(look())})
        return found[0]

    def _switch_at(self, owner: Any, methods: tuple[str, ...]) -> None:
        """A crash may come before the operation, and after it."""
        for name in methods:
            setattr(owner, name, self._switched(getattr(owner, name)))

    def _switched(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def switched(*args: Any, **kwargs: Any) -> Any:
            self.baton.switch()
            answer = method(*args, **kwargs)
            self.baton.switch()
            return answer

        return switched


class Run:
    """plan_purchase as its state machine does it: the same steps, retries and catches."""

    def __init__(self, world: World, name: str, request: PurchaseRequest) -> None:
        self._world, self._holder, self._request = world, name, request
        self._seen: PurchaseSeen | None = None
        self._decision: Any = None

    def __call__(self) -> None:
        try:
            self._loop()
        except (BerthError, CrashError) as error:
            trouble = Trouble.model_validate({"Error": type(error).__name__, "Cause": str(error)})
            self._record(trouble)

    def _loop(self) -> None:
        said: dict[str, Any] | None = None
        for _ in range(200):
            seen = self._seen = self._retried(self._observe)
            decision = self._decision = decide_purchase(seen, said)
            if isinstance(decision, Ask | Take):
                claim = self._retried(partial(claim_purchase, seen, decision, self._world.ledger))
                if claim.kind == "lost":
                    return
                said = self._asked(seen, decision) if isinstance(decision, Ask) else None
            elif isinstance(decision, Buy):
                self._apply(seen, decision)
            elif isinstance(decision, Wait):
                self._world.baton.rest(decision.seconds)
            else:
                break
        if not isinstance(self._decision, UnderWay):
            self._record(None)

    def _observe(self) -> PurchaseSeen:
        policy = SpendingPolicy(stack="berth", budget_usd=self._world.budget_usd)
        pinned = self._seen.order if self._seen else None
        return observe_purchase(self._request, self._holder, pinned, self._world.ledger, policy, self._world.baton.now)

    def _apply(self, seen: PurchaseSeen, decision: Buy) -> None:
        world = self._world
        try:
            self._retried(
                lambda: apply_purchase(
                    seen.order.key, seen.request_id, decision, "berth", world.budget_usd, world.ledger, world.baton.now
                )
            )
        except UnknownOutcomeError:
            return

    def _asked(self, seen: PurchaseSeen, ask: Ask) -> dict[str, Any]:
        """The task waits from the first try's token to the last one's; then people say what they like."""
        world, until = self._world, ask.approval.expires_at
        tokens: list[str] = []

        def asking() -> None:
            tokens.append(f"{self._holder} {len(tokens)}")
            world.tasks.open(tokens[-1], until)
            await_approval(seen.order.key, seen.request_id, tokens[-1], PLACE, world.ledger, world.baton.now)

        self._retried(asking)
        said = self._answered(seen, ask, tokens)
        self._retried(lambda: record_purchase_answer(seen, said, "berth", world.ledger, world.baton.now))
        return said

    def _answered(self, seen: PurchaseSeen, ask: Ask, tokens: list[str]) -> dict[str, Any]:
        world = self._world
        payload = self._said(seen.request_id, ask)
        if world.chance.random() < 0.5:
            return payload
        if "who" in payload:
            answer = Answer.model_validate(payload)
            for _ in range(2):
                self._retried(lambda: answer_approval(seen.request_id, answer, world.ledger))
        return world.tasks.answer(tokens[-1])

    def _said(self, request: str, asked: Ask) -> dict[str, Any]:
        """People say yes, no, too late, or something else."""
        world, approval = self._world, asked.approval
        kind = world.chance.choice(["yes", "yes", "yes", "no", "late", "other", "silence", "nonsense"])
        world.baton.rest(world.chance.choice([0, 60, 3600]))
        if kind == "late":
            world.baton.rest((approval.expires_at - world.baton.now).total_seconds() + 1)
        if kind in ("silence", "nonsense"):
            return {"unanswered": True} if kind == "silence" else {"decision": "approve"}
        if kind == "yes" and world.baton.now < approval.expires_at:
            world.yeses.add((request, approval.offering_id, approval.price_usd))
        price = approval.price_usd + (1 if kind == "other" else 0)
        decision = "reject" if kind == "no" else "approve"
        return {"decision": decision, "offering_id": approval.offering_id, "price_usd": str(price), "who": "jane"}

    def _record(self, trouble: Trouble | None) -> None:
        ended = PurchaseEnded(holder=self._holder, seen=self._seen, decision=self._decision, failure=trouble)
        try:
            self._retried(lambda: record_purchase(ended, "berth", "berth", self._world.ledger, self._world.baton.now))
        except (BerthError, CrashError):
            return  # not even this: the row stays open, as after an execution that was stopped

    def _retried[T](self, step: Callable[[], T]) -> T:
        """Lambda's crash and our BusyError are retried; and a step that answered may be delivered again."""
        for attempt in range(4):
            try:
                answer = step()
                if self._world.chance.random() >= 0.1:
                    return answer
                self._world.doubles += 1
                return step()
            except (BusyError, CrashError):
                if attempt == 3:
                    raise
                self._world.baton.rest(5)
        raise AssertionError
