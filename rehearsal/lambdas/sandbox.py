"""What one function sees of the process: its environment variables, its search path and its modules.

Modules of a function's own folder are its own: every function may have an `app`. Modules of a layer are shared by all
functions that have the layer, as the third-party packages are: production code changes nothing global in them. For the
same reason a function's own may be kept from one cloud to the next, which saves a replay the time to import them.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

_MARK = f"{__name__}: entered"
"""Stands in sys.modules behind all that were there: the process has thousands, too many to compare at each call."""
_layer_modules: dict[tuple[str, str], dict[str, ModuleType]] = {}
_kept_modules: dict[tuple[str, frozenset[tuple[str, str]]], dict[str, ModuleType]] = {}
_imports: list[str] = []
"""Of functions, ever: how many they are says whether there are new ones."""


class Sandbox:
    """Swaps the process's view for the function's from `enter` to `leave`. Not re-entrant: leave, then enter again."""

    def __init__(
        self, code_dir: Path, layer_dirs: tuple[Path, ...], variables: Mapping[str, str], *, starts_cold: bool = True
    ) -> None:
        self._variables = {_encode(name): _encode(value) for name, value in variables.items()}
        self._code_prefix = f"{code_dir}{os.sep}"
        self._paths = [str(code_dir), *(str(folder) for folder in layer_dirs)]
        place = (str(code_dir), frozenset(variables.items()))
        self._modules: dict[str, ModuleType] = {} if starts_cold else _kept_modules.setdefault(place, {})
        self._shown: tuple[int, dict[str, ModuleType]] = (-1, {})
        self._hidden: dict[str, ModuleType] = {}
        self._outer_variables: dict[bytes, bytes] = {}
        self._outer_path: list[str] = []
        # Shared clients are bound to a region, so a layer's modules are too.
        region = variables.get("AWS_REGION", "")
        self._layers = {
            f"{folder}{os.sep}": _layer_modules.setdefault((str(folder), region), {}) for folder in layer_dirs
        }

    def enter(self) -> None:
        """The process's view is the function's until `leave`."""
        self._outer_variables = _swapped_variables(self._variables)
        self._outer_path = sys.path[:]
        sys.path[:] = [*self._paths, *self._outer_path]
        self._hidden = self._show_modules()
        sys.modules[_MARK] = sys.modules[__name__]

    def leave(self) -> None:
        """What the function has done to its view meanwhile is kept for its next turn."""
        self._take_modules(self._hidden)
        sys.path[:] = self._outer_path
        self._variables = _swapped_variables(self._outer_variables)

    def _show_modules(self) -> dict[str, ModuleType]:
        shown = self._own_and_layers()
        hidden = {}
        if not sys.modules.keys().isdisjoint(shown):
            hidden = {name: sys.modules[name] for name in shown if name in sys.modules}
        sys.modules.update(shown)
        return hidden

    def _own_and_layers(self) -> dict[str, ModuleType]:
        """Made anew only if any function has imported anything since."""
        if self._shown[0] != len(_imports):
            shown = dict(self._modules)
            for modules in self._layers.values():
                shown.update(modules)
            self._shown = (len(_imports), shown)
        return self._shown[1]

    def _take_modules(self, hidden: dict[str, ModuleType]) -> None:
        if next(reversed(sys.modules)) != _MARK:
            self._note_imports()
        del sys.modules[_MARK]
        take = sys.modules.pop
        for name in self._own_and_layers():
            take(name, None)
        sys.modules.update(hidden)

    def _note_imports(self) -> None:
        for name in list(itertools.takewhile(lambda name: name != _MARK, reversed(sys.modules))):
            module = sys.modules[name]
            owner = self._owner(module)
            if owner is not None:
                owner[name] = module
                _imports.append(name)

    def _owner(self, module: ModuleType) -> dict[str, ModuleType] | None:
        file = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", ())), "")
        for prefix, modules in self._layers.items():
            if f"{file}{os.sep}".startswith(prefix):
                return modules
        return self._modules if f"{file}{os.sep}".startswith(self._code_prefix) else None


def _swapped_variables(variables: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """Put these behind os.environ and return what was there. Setting them one by one costs a millisecond a call."""
    environ: Any = os.environ
    outer: dict[bytes, bytes] = environ._data
    environ._data = variables
    return outer


def _encode(text: str) -> bytes:
    return text.encode(sys.getfilesystemencoding(), "surrogateescape")
