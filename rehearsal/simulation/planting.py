"""Puts a known bug into the production code, as this process loads it: to see whether the rules find it."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType


def plant(name: str | None) -> None:
    """From now on in this process, for whichever modules are not loaded yet. KeyError for a bug that isn't listed."""
    if name is None:
        return
    from rehearsal.simulation.planted import BUGS

    bug = BUGS[name]
    if bug.module in sys.modules:
        raise RuntimeError(f"{bug.module} is loaded already: plant {name} in a fresh process")
    sys.meta_path.insert(0, _Planter(bug.module, bug.spoil))


class _Planter(importlib.abc.MetaPathFinder):
    """Finds one module as everybody does, and spoils it once it has run, before anybody can import from it."""

    def __init__(self, module: str, spoil: Callable[[ModuleType], None]) -> None:
        self._module = module
        self._spoil = spoil

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Spoiler(spec.loader, self._spoil)
        return spec


class _Spoiler(importlib.abc.Loader):
    def __init__(self, loader: importlib.abc.Loader, spoil: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._spoil = spoil

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._spoil(module)
