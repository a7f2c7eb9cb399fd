"""Trouble drawn over a scenario that comes with Berth, instead of over a drawn world."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from berth_core.manifest import EndOfWindow
from rehearsal.scenario import Scenario, find, load
from rehearsal.simulation.troubles import drawn_troubles
from rehearsal.simulation.worlds import Declared, World

_SLOWEST = timedelta(minutes=15)


def troubled_scenario(name: str, seed: int) -> World:
    """The scenario's own expectations are not judged: they are about its own trouble. ScenarioError for no such one."""
    scenario = load(find(name))
    steps = [step for step in scenario.steps if step.expect is None]
    plain = scenario.model_copy(update={"steps": tuple(steps)})
    world = World(
        number=0,
        base={name: getattr(plain, name) for name in Scenario.model_fields if name in plain.model_fields_set},
        declared=tuple(_declared(plain)),
        slowest=_SLOWEST,
        budget_usd=Decimal(scenario.parameters.get("PurchaseBudgetUsd", "0")),
        short_notice=any(step.change_plan is not None for step in steps),
    )
    return drawn_troubles(Random(f"trouble of {seed}"), world, _hot_moments(plain))


def _declared(scenario: Scenario) -> list[Declared]:
    """The manifests whose moment is known beforehand; those that hang on a plan count from the start."""
    found = []
    for step in scenario.steps:
        at = step.at.absolute or (scenario.start if step.at.plan else scenario.start + step.at.offset)
        if step.put_manifest is not None and step.put_manifest.manifest is not None:
            found.append(Declared(at, step.put_manifest.deployment, _with_defaults(step.put_manifest.manifest)))
    return sorted(found, key=lambda each: each.at)


def _with_defaults(manifest: dict[str, Any]) -> dict[str, Any]:
    """As far as a rule asks for them."""
    ends = {"finish_before_minutes": EndOfWindow().finish_before_minutes, **manifest.get("end_of_window", {})}
    return {**manifest, "end_of_window": ends}


def _hot_moments(scenario: Scenario) -> list[datetime]:
    moments = [scenario.start + timedelta(hours=1)]
    for step in scenario.steps:
        if step.put_on_sale is None:
            continue
        for block in step.put_on_sale.blocks:
            if block.start.absolute is not None and block.end.absolute is not None:
                moments += [block.start.absolute, block.start.absolute + timedelta(minutes=2)]
                moments += [block.end.absolute - timedelta(minutes=minutes) for minutes in (200, 150, 120, 60)]
    return moments
