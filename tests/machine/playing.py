"""The cases as they are played: those that begin alike go on from there in forks, each with a copy of the cloud."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache

from rehearsal.simulation.forks import Died, in_a_fork
from tests.machine.cases import CASES, Begin, Case
from tests.machine.changed_release_cases import CHANGED_RELEASES
from tests.machine.component_cases import SCALES
from tests.machine.purchase_cases import PURCHASES
from tests.machine.reconcile_cases import RECONCILES
from tests.machine.release_cases import RELEASES
from tests.machine.site import Ended, Site
from tests.machine.sweep_cases import SWEEPS

ALL = [*CASES, *RECONCILES, *SCALES, *RELEASES, *CHANGED_RELEASES, *PURCHASES, *SWEEPS]
_LIMIT_SECONDS = 60


@dataclass(frozen=True)
class Played:
    """How a case ended, and the states of each machine that were passed through on its cloud."""

    ended: Ended
    visited: dict[str, set[str]]


def played(case: Case) -> Played:
    """Once a process: what was visited is asked for again in the end. AssertionError with what went wrong in it."""
    found = _played_from(case.begins)[case.name, case.machine]
    assert not isinstance(found, Died), found.text
    return found


@cache
def _played_from(begins: Begin) -> dict[tuple[str, str], Played | Died]:
    """Every case that begins so."""
    site = Site()
    begins(site)
    found = {(case.name, case.machine): _forked(site, case) for case in ALL if case.begins is begins}
    site.close()
    return found


def _forked(site: Site, case: Case) -> Played | Died:
    def goes_on() -> Played:
        played = Played(case.goes_on(site), site.visited())
        site.close()
        return played

    with warnings.catch_warnings():
        # One thread of pytest-xdist hears of the tests to run: it holds no lock that a case needs.
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        return in_a_fork(goes_on, limit_seconds=_LIMIT_SECONDS)
