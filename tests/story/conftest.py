"""Stories run on one cloud per process, one after the other; each is replayed once for all that is asked about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from rehearsal import scenario
from rehearsal.replay import replay
from rehearsal.run import Run
from tests.story.answers import Answers
from tests.story.searching import Searched

_searched: dict[str, Searched] = {}


@cache
def _replayed(name: str) -> Run:
    path = scenario.find(name)
    _searched[name] = searched = Searched()
    return replay(scenario.load(path), folder=path.parent, onlooker=searched.watching)


@pytest.fixture(scope="session")
def answers() -> Iterator[Answers]:
    """What SageMaker has answered in all stories so far."""
    seen = Answers()
    with seen.looked_at():
        yield seen


@pytest.fixture(scope="session")
def replayed(answers: Answers) -> Callable[[str], Run]:
    """The run of a scenario by its name."""
    return _replayed


@pytest.fixture(scope="session")
def searched(replayed: Callable[[str], Run]) -> Callable[[str], Searched]:
    """What was found in the logs of a scenario's run."""

    def of(name: str) -> Searched:
        replayed(name)
        return _searched[name]

    return of
