"""Every bug that can be planted replaces something that is really there, and a planter spoils the module it is for."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from rehearsal.simulation.command import Wanted
from rehearsal.simulation.planted import BUGS, Bug
from rehearsal.simulation.planting import plant
from rehearsal.simulation.regressions import FOUND


def copy_of(name: str) -> ModuleType:
    """A module of its own, which nobody else has imported."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def contents(module: ModuleType) -> dict[str, Any]:
    """Its names, and those of the classes that it defines."""
    own = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]
    return {**vars(module), **{f"{each.__name__}.{name}": value for each in own for name, value in vars(each).items()}}


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_bug_replaces_what_is_there_and_adds_nothing(bug: Bug) -> None:
    module = copy_of(bug.module)
    before = contents(module)
    bug.spoil(module)
    after = contents(module)
    assert set(after) == set(before)
    assert [name for name in before if after[name] is not before[name]]


def test_there_are_enough_of_them() -> None:
    assert len(BUGS) >= 12


def test_a_bug_is_planted_as_its_module_is_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "planted_here.py").write_text("def price() -> int:\n    return 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setitem(
        BUGS, "test", Bug("planted_here", "free of charge", lambda module: setattr(module, "price", int))
    )
    plant("test")
    planted = importlib.import_module("planted_here")
    assert planted.price() == 0
    with pytest.raises(RuntimeError, match="plant test in a fresh process"):
        plant("test")
    monkeypatch.delitem(sys.modules, "planted_here")


def test_a_bug_is_looked_for_in_many_worlds() -> None:
    assert [each.seed for each in Wanted(seeds=6, first=1).asked(spread=True)] == [1, 2, 3, 20, 21, 22]
    assert [each.seed for each in Wanted(seeds=3, first=19).asked()] == [19, 20, 21]


def test_what_was_found_once_is_played_beside_the_seeds_that_are_asked_for() -> None:
    played = [each.seed for each in Wanted(seeds=300, regressions=True).asked()]
    assert set(FOUND) <= set(played)
    assert len(played) == len(set(played))
