"""Which lines of the decision core each test runs, and how long it takes."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

Line = tuple[str, int]
"""A module's name and the number of a line in it."""


@dataclass(frozen=True)
class Run:
    """`seconds` are of CPU."""

    passed: bool
    seconds: float
    lines: frozenset[Line]


def passes(item: pytest.Item) -> bool:
    """Runs a test with all its fixtures, which end with it."""
    return not any(report.failed for report in runtestprotocol(item, nextitem=None, log=False))


def watched(items: Sequence[pytest.Item], modules: Mapping[str, ModuleType]) -> list[Run]:
    """One run of each test, in their order."""
    watching, tool = sys.monitoring, sys.monitoring.COVERAGE_ID
    names = {module.__file__: name for name, module in modules.items()}
    seen: set[Line] = set()

    def line(code: CodeType, number: int) -> Any:
        seen.add((names[code.co_filename], number))
        return watching.DISABLE

    watching.use_tool_id(tool, "mutation")
    watching.register_callback(tool, watching.events.LINE, line)
    for module in modules.values():
        for code in _codes(module):
            watching.set_local_events(tool, code, watching.events.LINE)
    runs = []
    for item in items:
        seen.clear()
        watching.restart_events()
        began = time.process_time()
        passed = passes(item)
        runs.append(Run(passed, time.process_time() - began, frozenset(seen)))
    return runs


def _codes(module: ModuleType) -> Iterator[CodeType]:
    pending = [function.__code__ for function in _functions(module)]
    while pending:
        code = pending.pop()
        yield code
        pending.extend(const for const in code.co_consts if isinstance(const, CodeType))


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    for held in vars(module).values():
        within = list(vars(held).values()) if isinstance(held, type) else [held]
        for each in within:
            found = getattr(each, "fget", None) or getattr(each, "__wrapped__", None) or each
            if isinstance(found, FunctionType) and found.__module__ == module.__name__:
                yield found
