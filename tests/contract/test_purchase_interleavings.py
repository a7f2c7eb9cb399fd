"""Purchases that overtake each other, crash anywhere, are delivered twice and lose their answers.

The real steps run in an order that a seed chooses, switched at every read and write of the ledger and every call of the
market. Whatever happens: a plan's name is bought at most once, the month's cap holds, and nothing is bought without a
valid yes.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from berth_aws import clients
from berth_aws.steps.apply_purchase import apply_purchase
from berth_aws.steps.claim_purchase import claim_purchase
from berth_aws.steps.observe_purchase import observe_purchase, request_id
from berth_aws.steps.record_purchase import PurchaseEnded, record_purchase
from berth_core.decide.purchasing import decide_purchase
from berth_core.errors import BerthError, BusyError, UnknownOutcomeError
from berth_core.ordering import PurchaseRequest
from berth_core.outcomes import Trouble
from berth_core.purchase_seen import PurchaseSeen
from berth_core.purchases import Ask, Buy, SpendingPolicy, Take, UnderWay, Wait
from tests.fakes.baton import START, Baton, CrashError
from tests.fakes.ledger import FakeLedger
from tests.fakes.market import FakeMarket, Fate

SEEDS_A_TEST = 50
TESTS = 20
"""1,000 seeds in all."""
FATES: tuple[Fate, ...] = ("answered", "throttled", "refused", "lost_after", "lost_before")
SWITCHED = {"purchases": ("get", "write"), "spending": ("of", "write")}
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
    yeses: set[tuple[str, Decimal]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.baton = Baton(self.chance, self.crash_rate)
        self.market = FakeMarket(lambda: self.baton.now, self.prices, self.fates, self.lag, self.refuses_names)
        self.ledger = FakeLedger()
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
                said = self._answer(decision) if isinstance(decision, Ask) else None
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

    def _answer(self, asked: Ask) -> dict[str, Any]:
        """People say yes, no, too late, or something else."""
        world, approval = self._world, asked.approval
        kind = world.chance.choice(["yes", "yes", "yes", "no", "late", "other", "silence", "nonsense"])
        world.baton.rest(world.chance.choice([0, 60, 3600]))
        if kind == "late":
            world.baton.rest((approval.expires_at - world.baton.now).total_seconds() + 1)
        if kind in ("silence", "nonsense"):
            return {"unanswered": True} if kind == "silence" else {"decision": "approve"}
        if kind == "yes":
            world.yeses.add((approval.offering_id, approval.price_usd))
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
                return step() if self._world.chance.random() < 0.1 else answer
            except (BusyError, CrashError):
                if attempt == 3:
                    raise
                self._world.baton.rest(5)
        raise AssertionError


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[[World, dict[str, PurchaseRequest]], None]:
    def played(world: World, requests: dict[str, PurchaseRequest]) -> None:
        monkeypatch.setattr(clients, "shared", lambda service: world.market if service == "sagemaker" else NoReminder())
        monkeypatch.setattr(clients, "once_only", lambda _service: world.market)
        world.baton.run({name: Run(world, name, request) for name, request in requests.items()})

    return played


class NoReminder:
    """Scheduler, of which only the deletion of a reminder is asked."""

    def delete_schedule(self, **_asked: Any) -> None:
        return None


def _request(plan: str, approval: str, cap: str = "1000") -> PurchaseRequest:
    search = {"instance_type": "ml.p5.48xlarge", "instance_count": 1, "hours": 24}
    return PurchaseRequest.model_validate({"search": search, "max_price_usd": cap, "approval": approval, "plan": plan})


def _hold(world: World, approvals: dict[str, str]) -> None:
    """What must be true whatever has happened."""
    names = [sold.name for sold in world.market.sold]
    assert len(names) == len(set(names)), f"seed {world.seed}: bought twice: {names}"
    spent = sum((sold.usd for sold in world.market.sold), Decimal(0))
    assert spent <= world.budget_usd, f"seed {world.seed}: {spent} USD of {world.budget_usd}"
    counted = world.afterwards(lambda: world.ledger.spending.of("2026-03").spent_usd())
    assert spent <= counted, f"seed {world.seed}: {spent} USD spent and not counted"
    for sold in world.market.sold:
        assert sold.usd <= 1000
        if approvals[sold.name] == "required":
            assert (sold.offering_id, sold.usd) in world.yeses, f"seed {world.seed}: {sold} without a yes"


@pytest.mark.parametrize("part", range(TESTS))
def test_whatever_happens_each_plan_is_bought_once_under_the_cap_and_with_a_yes(
    part: int, play: Callable[[World, dict[str, PurchaseRequest]], None]
) -> None:
    bought = 0
    for seed in range(part * SEEDS_A_TEST, (part + 1) * SEEDS_A_TEST):
        chance = random.Random(-1 - seed)
        world = World(
            seed,
            crash_rate=chance.choice([0.0, 0.03, 0.1]),
            fates=[chance.choice(FATES) for _ in range(chance.randrange(4))],
            lag=timedelta(minutes=chance.choice([0, 1, 12, 29])),
            refuses_names=chance.random() < 0.5,
            budget_usd=Decimal(chance.choice([900, 1800, 2700])),
        )
        plans = ["p5-a", "p5-a", "p5-b", "p5-c"][: chance.randrange(2, 5)]
        approvals = {plan: chance.choice(["none", "required"]) for plan in plans}
        requests = {f"run-{number}": _request(plan, approvals[plan]) for number, plan in enumerate(plans)}
        play(world, requests)
        _hold(world, approvals)
        bought += len(world.market.sold)
    assert bought, "a test in which nothing is ever bought shows nothing"


def test_without_trouble_every_plan_is_bought(play: Callable[[World, dict[str, PurchaseRequest]], None]) -> None:
    for seed in range(20):
        world = World(seed)
        play(
            world, {"one": _request("p5-a", "none"), "two": _request("p5-a", "none"), "three": _request("p5-b", "none")}
        )
        assert sorted(sold.name for sold in world.market.sold) == ["p5-a", "p5-b"]


def test_of_two_that_want_the_last_dollars_one_gets_them(
    play: Callable[[World, dict[str, PurchaseRequest]], None],
) -> None:
    for seed in range(50):
        world = World(seed, budget_usd=Decimal(900))
        play(world, {"one": _request("p5-a", "none"), "two": _request("p5-b", "none")})
        assert len(world.market.sold) == 1, seed


def test_an_answer_that_was_lost_is_looked_for_and_found(
    play: Callable[[World, dict[str, PurchaseRequest]], None],
) -> None:
    world = World(1, fates=["lost_after"], lag=timedelta(minutes=12))
    play(world, {"one": _request("p5-a", "none")})
    purchase = world.ledger.purchases.get("p5-a")
    assert purchase is not None
    assert purchase.is_bought
    assert world.market.calls == 1


def test_a_call_that_never_arrived_is_not_made_again_however_long_it_takes(
    play: Callable[[World, dict[str, PurchaseRequest]], None],
) -> None:
    """A mark that lapsed with the function's own timeout would call again here."""
    world = World(1, fates=["lost_before"])
    play(world, {"one": _request("p5-a", "none")})
    purchase = world.ledger.purchases.get("p5-a")
    assert purchase is not None
    assert (purchase.code, world.market.calls, world.market.sold) == ("PurchaseUnknown", 1, [])
    assert world.baton.now >= START + timedelta(minutes=30)


def test_a_repetition_long_after_its_function_has_timed_out_looks_and_does_not_call(
    play: Callable[[World, dict[str, PurchaseRequest]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The function died at its timeout, after its call: an hour later the same step is delivered again."""
    world = World(1, fates=["lost_before"])
    step: Any = apply_purchase
    told: list[str] = []

    def dies(*args: Any) -> Any:
        with pytest.raises(UnknownOutcomeError):
            step(*args)
        told.append(step(*args[:-1], args[-1] + timedelta(hours=1)).asked)
        raise UnknownOutcomeError("timed out")

    monkeypatch.setitem(globals(), "apply_purchase", dies)
    play(world, {"one": _request("p5-a", "none")})
    assert world.market.calls == 1
    assert told == ["p5-a was called before, or has ended: it is looked for, and not called again"]


def test_the_same_execution_is_the_same_request() -> None:
    assert request_id("execution") == request_id("execution")
    assert request_id("execution") != request_id("another")
