"""What must be true of every world, whatever goes wrong in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rehearsal.simulation import ending_rules, money_rules, ownership_rules, telling_rules, waking_rules, window_rules
from rehearsal.simulation.record import Record
from rehearsal.simulation.violations import Violation

Rule = Callable[[Record], Iterator[Violation]]

RULES: tuple[Rule, ...] = (
    money_rules.one_purchase_per_intent,
    money_rules.spend_within_caps,
    money_rules.on_demand_within_limits,
    ownership_rules.only_what_is_ours,
    ownership_rules.no_config_in_use_is_deleted,
    ownership_rules.one_at_a_time,
    ownership_rules.nothing_beyond_the_reservation,
    window_rules.nothing_past_its_end,
    window_rules.gone_as_promised,
    window_rules.no_failed_request_in_a_hand_over,
    window_rules.nobody_is_cut_off,
    telling_rules.every_change_is_announced,
    telling_rules.told_in_time,
    telling_rules.nothing_is_announced_twice,
    telling_rules.what_is_told_is_true,
    telling_rules.nothing_fails_without_cause,
    telling_rules.everything_has_its_reason,
    waking_rules.woken_when_due,
    ending_rules.nothing_leaks,
)


def broken(record: Record) -> tuple[Violation, ...]:
    """All violations that one record shows by itself, in the order of the rules."""
    return tuple(violation for rule in RULES for violation in rule(record))
