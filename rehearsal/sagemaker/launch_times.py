"""How long a launch takes: an instance by its type, a model's copy by the model (scale-to-zero blog: both vary)."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker.component import model_of

if TYPE_CHECKING:
    from rehearsal.sagemaker.fleets import Fleet
    from rehearsal.sagemaker.twin import Twin
    from rehearsal.settings import Timings


def provision_minutes(timings: Timings, instance_type: str | None) -> float:
    return _by_name(timings.provision_minutes_of, instance_type, timings.provision_minutes)


def load_minutes(timings: Timings, model: str | None) -> float:
    return _by_name(timings.load_minutes_of, model, timings.load_minutes)


def copy_minutes(timings: Timings, spec: dict[str, Any]) -> float:
    """Copying and loading one copy of a component's model."""
    return load_minutes(timings, model_of(spec))


def _by_name(figures: Mapping[str, float], name: str | None, default: float) -> float:
    """The first pattern that fits the name, in the order in which the setting has them."""
    return next((minutes for pattern, minutes in figures.items() if name and fnmatchcase(name, pattern)), default)


def timings_of(twin: Twin, endpoint_name: str, fleet: Fleet) -> Timings:
    """The settings' timings, with the launch of this fleet: its slowest instance type, its slowest model.

    A fleet for components without copies has no model to load.
    """
    timings = twin.timings
    provisions = [provision_minutes(timings, each.instance_type) for each in fleet.variants]
    loads = [load_minutes(timings, variant.model) for variant in fleet.variants if not variant.for_components]
    if fleet.for_components:
        components = twin.components.of_endpoint(endpoint_name)
        loads += [copy_minutes(timings, each.spec) for each in components if each.desired]
    slowest = {"provision_minutes": max(provisions), "load_minutes": max(loads, default=0.0)}
    return timings.model_copy(update=slowest)
