"""Stories run on one cloud per process, one after the other; each is replayed once for all that is asked about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from rehearsal import scenario
from rehearsal.replay import replay
from rehearsal.run import Run


@cache
def _replayed(name: str) -> Run:
    path = scenario.find(name)
    return replay(scenario.load(path), folder=path.parent)


@pytest.fixture(scope="session")
def replayed() -> Callable[[str], Run]:
    """The run of a scenario by its name."""
    return _replayed
