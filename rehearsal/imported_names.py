"""Replacing what moto's modules have imported by name from one another: each holds a reference of its own."""

from __future__ import annotations

import sys
from typing import Any

from rehearsal.patching import PatchTargetChanged


def swap_imports(prefixes: tuple[str, ...], name: str, old: Any, new: Any, *, at_least: int) -> None:
    """Set `name` to `new` in each imported module in which it is `old`.

    Raises PatchTargetChanged if there are fewer than `at_least` of them: moto has moved things about.
    """
    holders = [
        module
        for module_name, module in sorted(sys.modules.items())
        if module_name.startswith(prefixes) and vars(module).get(name) is old
    ]
    if len(holders) < at_least:
        raise PatchTargetChanged(f"{name} is imported by name in {len(holders)} modules, where {at_least} were read")
    for module in holders:
        vars(module)[name] = new
