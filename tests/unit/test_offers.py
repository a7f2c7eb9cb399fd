"""Which offer is taken, and in which words the others are not."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from berth_core.decide.offers import NoOffer, choose, describe, judge, price_of, wish
from berth_core.purchases import Offer
from tests.purchase_builders import DAY, NOW, P5, START, block, extension_order, offer, order

TWO_BLOCKS = (block(START, START + DAY / 2), block(START + DAY, START + 1.5 * DAY))


@pytest.mark.parametrize(
    ("over", "code", "words"),
    [
        ({}, "", ""),
        ({"price": "1000.01"}, "OverPrice", "1000.01 USD is over max_price_usd, 1000"),
        ({"price": None}, "NoPrice", "it has no price"),
        ({"price": "cheap"}, "NoPrice", "its price is 'cheap'"),
        ({"price": "NaN"}, "NoPrice", "its price is 'NaN'"),
        ({"price": "0"}, "NoPrice", "its price is '0'"),
        ({"price": "-5.00"}, "NoPrice", "its price is '-5.00'"),
        ({"price": "5.001"}, "NoPrice", "its price is '5.001'"),
        ({"currency": "EUR"}, "ForeignCurrency", "its price is in EUR"),
        ({"currency": None}, "ForeignCurrency", "its price is in no currency"),
        ({"blocks": TWO_BLOCKS}, "TooManyBlocks", "it has 2 blocks, and max_blocks is 1"),
        ({"hours": 23}, "NoOffer", "it has 23 hours, fewer than 24"),
        ({"targets": ("training-job",)}, "NoOffer", "it is for training-job, not for endpoints"),
        ({"blocks": ()}, "NoOffer", "it doesn't say when"),
        ({"blocks": (block(START, None),)}, "NoOffer", "it doesn't say when"),
        ({"blocks": (block(START, START + DAY, instance_count=0),)}, "NoOffer", "fewer than 1 instances"),
        ({"blocks": (block(START, START + DAY, instance_type="ml.p4d.24xlarge"),)}, "NoOffer", f"it isn't for {P5}"),
        ({"blocks": (block(NOW - DAY, NOW),)}, "NoOffer", "it is over"),
        ({"price": "999999999.99"}, "OverPrice", "999999999.99 USD is over"),
        ({"price": "1000000000.00"}, "NoPrice", "its price is '1000000000.00'"),
        ({"price": "0.01"}, "", ""),
        ({"price": "1000.00"}, "", ""),
        ({"starts": START - timedelta(hours=11, minutes=30)}, "", ""),
        ({"starts": START + 5.5 * DAY + timedelta(minutes=30)}, "", ""),
        ({"starts": START - DAY}, "NoOffer", "it starts before 2026-03-03 00:00 UTC"),
        ({"starts": START + 9 * DAY}, "NoOffer", "it ends after 2026-03-10 00:00 UTC"),
    ],
)
def test_an_offer_is_judged_in_words(over: dict[str, Any], code: str, words: str) -> None:
    midnight = START - timedelta(hours=11, minutes=30)
    ordered = order(not_before=midnight, not_after=midnight + 7 * DAY)
    verdict = judge(ordered, offer(**over), NOW)
    assert verdict.code == code
    assert words in verdict.why


def test_the_cheapest_that_fits_is_taken_then_the_earliest_then_fewer_blocks_and_a_shorter_gap() -> None:
    long_gap = (block(START, START + DAY / 2), block(START + 2 * DAY, START + 2.5 * DAY))
    offers = (
        offer("dear", price="950.00"),
        offer("late", starts=START + DAY),
        offer("two", blocks=TWO_BLOCKS),
        offer("gap", blocks=long_gap),
        offer("best"),
        offer("same"),
        offer("alien", currency="EUR"),
    )
    chosen = choose(order(max_blocks=2), offers, NOW)
    assert not isinstance(chosen, NoOffer)
    best, others = chosen
    assert best.offer.id == "best"
    assert others.count("it costs more") == 1
    assert others.count("it starts later") == 1
    assert others.count("it has more blocks or a longer gap") == 2
    assert others.count("it is no better") == 1
    assert others.count("its price is in EUR") == 1


@pytest.mark.parametrize(
    ("offers", "code"),
    [
        ((), "NoOffer"),
        ((offer(hours=1), offer(price="2000.00")), "OverPrice"),
        ((offer(hours=1), offer(blocks=TWO_BLOCKS)), "TooManyBlocks"),
        ((offer(hours=1), offer(currency="EUR")), "ForeignCurrency"),
    ],
)
def test_of_several_noes_the_one_that_can_be_helped_is_the_code(offers: tuple[Offer, ...], code: str) -> None:
    chosen = choose(order(), offers, NOW)
    assert isinstance(chosen, NoOffer)
    assert chosen.code == code


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (offer("b", price="800.00", starts=START + DAY), offer("a")),
        (offer("b"), offer("a", starts=START + DAY)),
        (offer("b"), offer("a", blocks=TWO_BLOCKS)),
        (
            offer("b", blocks=TWO_BLOCKS),
            offer("a", blocks=(block(START, START + DAY / 2), block(START + 2 * DAY, START + 2.5 * DAY))),
        ),
        (offer("a"), offer("b")),
    ],
    ids=["price", "start", "blocks", "gap", "id"],
)
def test_what_decides_between_two_is_the_price_then_the_start_the_blocks_the_gap_and_the_id(
    better: Offer, worse: Offer
) -> None:
    for offers in ((better, worse), (worse, better)):
        chosen = choose(order(max_blocks=2), offers, NOW)
        assert not isinstance(chosen, NoOffer)
        assert chosen[0].offer == better


def test_of_noes_of_one_kind_the_cheapest_is_the_nearest() -> None:
    dear, dearer, odd = offer("b", price="2000.00"), offer("a", price="3000.00"), offer("c", price="cheap")
    chosen = choose(order(), (dearer, odd, dear), NOW)
    assert isinstance(chosen, NoOffer)
    assert (chosen.code, chosen.offer, chosen.price_usd) == ("OverPrice", dear, Decimal("2000.00"))
    nothing = choose(order(), (odd, offer("d", hours=1)), NOW)
    assert isinstance(nothing, NoOffer)
    assert (nothing.code, nothing.offer, nothing.price_usd) == ("NoPrice", odd, None)


def test_an_offer_is_described_with_all_that_a_yes_is_about() -> None:
    assert describe(offer()) == (f"tpo-a (1 x {P5}, 24 h, 2026-03-03 11:30 UTC to 2026-03-04 11:30 UTC, 900.00 USD)")
    assert describe(offer(blocks=(), price=None)) == "tpo-a (nothing, 24 h, no times, no price)"
    mixed = (block(START, None), block(None, START + DAY, instance_count=2))
    assert describe(offer(blocks=mixed)) == (
        f"tpo-a (1 x {P5}, 2 x {P5}, 24 h, "
        "2026-03-03 11:30 UTC to no time, no time to 2026-03-04 11:30 UTC, 900.00 USD)"
    )


def test_what_is_looked_for_is_told_with_the_bounds_that_it_has() -> None:
    assert wish(order()) == f"1 x {P5} for 24 hours"
    assert wish(order(not_before=NOW)) == f"1 x {P5} for 24 hours from 2026-03-01 09:00 UTC"
    assert wish(order(not_after=START)) == f"1 x {P5} for 24 hours until 2026-03-03 11:30 UTC"


def test_an_offer_without_times_comes_last_and_hides_nothing() -> None:
    chosen = choose(order(), (offer("vague", blocks=(block(None, None),), price="1.00"), offer("best")), NOW)
    assert not isinstance(chosen, NoOffer)
    assert (chosen[0].offer.id, "vague" in chosen[1]) == ("best", True)
    assert chosen[1].endswith("it doesn't say when it starts and ends")


def test_nothing_on_sale_is_told_with_what_was_looked_for() -> None:
    none = choose(extension_order(hours=48), (), NOW)
    assert isinstance(none, NoOffer)
    assert none.reason == "nothing is on sale for 48 more hours of plan p5"
    bounded = choose(order(not_before=NOW, not_after=START), (), NOW)
    assert isinstance(bounded, NoOffer)
    assert bounded.reason == (
        f"nothing is on sale for 1 x {P5} for 24 hours from 2026-03-01 09:00 UTC until 2026-03-03 11:30 UTC"
    )


def test_an_extension_begins_where_the_plan_ends() -> None:
    ordered = extension_order()
    assert judge(ordered, offer(starts=START + 7 * DAY), NOW).code == ""
    late = judge(ordered, offer(starts=START + 8 * DAY), NOW)
    assert late.code == "NoOffer"
    assert late.why == "it starts at 2026-03-11 11:30 UTC, and the plan ends at 2026-03-10 11:30 UTC"


@given(st.one_of(st.none(), st.text(max_size=12), st.decimals().map(str)), st.sampled_from(["USD", "EUR", None]))
def test_a_price_is_a_positive_amount_in_whole_cents_or_none(text: str | None, currency: str | None) -> None:
    price = price_of(offer(price=text, currency=currency))
    assert price is None or (currency == "USD" and price > 0 and price == price.quantize(Decimal("0.01")))


@given(st.permutations([offer(f"tpo-{n}", price=f"{900 + n % 3}.00") for n in range(5)]))
def test_the_order_in_which_offers_come_changes_nothing(offers: list[Offer]) -> None:
    chosen = choose(order(), tuple(offers), NOW)
    assert not isinstance(chosen, NoOffer)
    assert (chosen[0].offer.id, chosen[1].count("it costs more")) == ("tpo-0", 3)
