"""What one function sees of the process: its environment variables, its search path and its modules.

Modules of a function's own folder are its own: every function may have an `app`. Modules of a layer are shared by all
functions that have the layer, as the third-party packages are: production code changes nothing global in them.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

_MARK = f"{__name__}: entered"
"""Stands in sys.modules behind all that were there: the process has thousands, too many to compare at each call."""
_layer_modules: dict[tuple[str, str], dict[str, ModuleType]] = {}


class Sandbox:
    """Swaps the process's view for the function's while `inside()` lasts. Not re-entrant: leave, then enter again."""

    def __init__(self, code_dir: Path, layer_dirs: tuple[Path, ...], variables: Mapping[str, str]) -> None:
        self._variables = {_encode(name): _encode(value) for name, value in variables.items()}
        self._code_prefix = f"{code_dir}{os.sep}"
        self._paths = [str(code_dir), *(str(folder) for folder in layer_dirs)]
        self._modules: dict[str, ModuleType] = {}
        # Shared clients are bound to a region, so a layer's modules are too.
        region = variables.get("AWS_REGION", "")
        self._layers = {
            f"{folder}{os.sep}": _layer_modules.setdefault((str(folder), region), {}) for folder in layer_dirs
        }

    @contextmanager
    def inside(self) -> Iterator[None]:
        outer_variables = _swapped_variables(self._variables)
        outer_path = sys.path[:]
        sys.path[:] = [*self._paths, *outer_path]
        hidden = self._show_modules()
        sys.modules[_MARK] = sys.modules[__name__]
        try:
            yield
        finally:
            self._take_modules(hidden)
            sys.path[:] = outer_path
            self._variables = _swapped_variables(outer_variables)

    def _show_modules(self) -> dict[str, ModuleType]:
        shown = dict(self._modules)
        for modules in self._layers.values():
            shown.update(modules)
        hidden = {name: sys.modules[name] for name in shown if name in sys.modules}
        sys.modules.update(shown)
        return hidden

    def _take_modules(self, hidden: dict[str, ModuleType]) -> None:
        imported = list(itertools.takewhile(lambda name: name != _MARK, reversed(sys.modules)))
        del sys.modules[_MARK]
        for name in imported:
            module = sys.modules[name]
            owner = self._owner(module)
            if owner is not None:
                owner[name] = module
        for modules in (self._modules, *self._layers.values()):
            for name in modules:
                sys.modules.pop(name, None)
        sys.modules.update(hidden)

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
