"""Purchases that overtake each other, crash anywhere, are delivered twice and lose their answers.

The real steps run in an order that a seed chooses, switched at every read and write of the ledger and every call of the
market. People answer with the command, or in a pipeline, whose events come twice. Whatever happens: a plan's name is
bought at most once, the month's cap holds, and nothing is called for a request that got no valid yes of its own.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from berth_aws import clients
from berth_aws.steps.apply_purchase import apply_purchase
from berth_aws.steps.observe_purchase import request_id
from berth_core.errors import UnknownOutcomeError
from berth_core.ordering import PurchaseRequest
from berth_core.purchases import Purchase
from tests.contract import purchase_runs
from tests.contract.purchase_runs import Run, World
from tests.fakes.baton import START
from tests.fakes.market import Fate

SEEDS_A_TEST = 50
TESTS = 20
"""1,000 seeds in all."""
CRASHES_A_TEST = 200
DOUBLES_A_TEST = 60
"""Over 4,000 crashes and 1,200 double deliveries in all."""
FATES: tuple[Fate, ...] = ("answered", "throttled", "refused", "lost_after", "lost_before")


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[[World, dict[str, PurchaseRequest]], None]:
    def played(world: World, requests: dict[str, PurchaseRequest]) -> None:
        monkeypatch.setattr(clients, "shared", lambda service: world.market if service == "sagemaker" else world.tasks)
        monkeypatch.setattr(clients, "once_only", lambda _service: world.market)
        world.baton.run({name: Run(world, name, request) for name, request in requests.items()})

    return played


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
            callers = [each.request_id for each in _requests_for(world, sold.name) if each.called_at]
            said = {(caller, sold.offering_id, sold.usd) for caller in callers}
            assert said, f"seed {world.seed}: {sold} was called by nobody"
            assert said <= world.yeses, f"seed {world.seed}: {sold} without a yes"


def _requests_for(world: World, plan: str) -> list[Purchase]:
    """The last request for a plan, and those before it."""
    rows: list[Purchase] = []

    def look() -> Decimal:
        last = world.ledger.purchases.get(plan)
        rows.extend([*world.ledger.purchases.kept(plan), *([last] if last else [])])
        return Decimal(0)

    world.afterwards(look)
    return rows


@pytest.mark.parametrize("part", range(TESTS))
def test_whatever_happens_each_plan_is_bought_once_under_the_cap_and_with_a_yes(
    part: int, play: Callable[[World, dict[str, PurchaseRequest]], None]
) -> None:
    bought = crashes = doubles = 0
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
        crashes, doubles = crashes + world.baton.crashes, doubles + world.doubles
        _hold(world, approvals)
        bought += len(world.market.sold)
    assert bought, "a test in which nothing is ever bought shows nothing"
    assert crashes > CRASHES_A_TEST
    assert doubles > DOUBLES_A_TEST


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

    monkeypatch.setattr(purchase_runs, "apply_purchase", dies)
    play(world, {"one": _request("p5-a", "none")})
    assert world.market.calls == 1
    assert told == ["p5-a was called before, or has ended: it is looked for, and not called again"]


def test_the_same_execution_is_the_same_request() -> None:
    assert request_id("execution") == request_id("execution")
    assert request_id("execution") != request_id("another")
