"""Which tests notice a changed function: they run in a fork of one pytest that has imported everything once."""

import __future__

import gc
import multiprocessing
import os
import resource
import signal
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any, Literal

import pytest

from tests.mutation.mutants import Mutant
from tests.mutation.watching import Line, Run, passes, watched

Verdict = Literal["noticed", "survived"]
PATIENCE = 3
"""Times the seconds of CPU that the tests take over unchanged code, and as many seconds besides."""


@dataclass(frozen=True)
class Judged:
    """`judges` is how many tests run the changed statement."""

    mutant: Mutant
    verdict: Verdict
    judges: int


@dataclass(frozen=True)
class _Trial:
    mutant: Mutant
    numbers: Sequence[int]
    reads: int


class Judge:
    """Nothing of `items` has run in this process, so no cache is warm and no fixture is set up when it is forked.

    One that fails over unchanged code says nothing about a change: such tests are in `failing`, and don't judge.
    """

    def __init__(self, items: Sequence[pytest.Item], modules: Mapping[str, ModuleType]) -> None:
        self._items, self._modules = items, modules
        gc.freeze()
        self._runs: list[Run] = _in_a_fork(lambda: watched(items, modules))
        self.failing = [item.nodeid for item, run in zip(items, self._runs, strict=True) if not run.passed]
        self._judges: dict[Line, set[int]] = defaultdict(set)
        for number, run in enumerate(self._runs):
            for line in run.lines if run.passed else ():
                self._judges[line].add(number)
        self._noticed: dict[str, list[int]] = defaultdict(list)

    def judged(self, mutants: Iterable[Mutant], at_a_time: int = 1) -> Iterator[Judged]:
        """Each mutant with its verdict, as they come in."""
        running: dict[int, _Trial] = {}
        for mutant in mutants:
            if len(running) >= at_a_time:
                yield self._verdict(running)
            numbers = self._numbers(mutant)
            reads, writes = os.pipe()
            child = os.fork()
            if not child:
                self._try(mutant, numbers, writes)
            os.close(writes)
            running[child] = _Trial(mutant, numbers, reads)
        while running:
            yield self._verdict(running)

    def _verdict(self, running: dict[int, _Trial]) -> Judged:
        child, status = os.wait()
        trial = running.pop(child)
        with os.fdopen(trial.reads) as told:
            number = told.read()
        if number:
            self._noticed[trial.mutant.place].append(int(number))
        elif status and not _took_too_long(status):
            raise RuntimeError(f"{trial.mutant} ended with {status}")
        return Judged(trial.mutant, "noticed" if number or status else "survived", len(trial.numbers))

    def _numbers(self, mutant: Mutant) -> list[int]:
        """First the tests that have noticed another change of this function, then the quick ones."""
        found: set[int] = set().union(*(self._judges[(mutant.module, line)] for line in mutant.lines))
        noticed = self._noticed[mutant.place]
        return sorted(found, key=lambda number: (-noticed.count(number), self._runs[number].seconds))

    def _try(self, mutant: Mutant, numbers: Sequence[int], told: int) -> None:
        """Never returns: the fork ends here."""
        status = 1
        try:
            seconds = PATIENCE * (1 + int(sum(self._runs[number].seconds for number in numbers)))
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + PATIENCE))
            _change(self._modules[mutant.module], mutant)
            for number in numbers:
                if not passes(self._items[number]):
                    os.write(told, str(number).encode())
                    break
            status = 0
        finally:
            os._exit(status)


def _took_too_long(status: int) -> bool:
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)


def _change(module: ModuleType, mutant: Mutant) -> None:
    """The function object stays, so that whoever has imported it runs the change too."""
    made: dict[str, FunctionType] = {}
    # Annotations may name what only mypy imports.
    code = compile(mutant.source, str(module.__file__), "exec", __future__.annotations.compiler_flag)
    exec(code, module.__dict__, made)
    (new,) = made.values()
    held: Any = module
    for name in mutant.function.split("."):
        held = getattr(held, name)
    function = getattr(held, "__func__", held)
    function.__code__, function.__defaults__, function.__kwdefaults__ = (
        new.__code__,
        new.__defaults__,
        new.__kwdefaults__,
    )


def _in_a_fork(work: Callable[[], Any]) -> Any:
    """What `work` returns, done by a copy of this process that then ends."""
    fork = multiprocessing.get_context("fork")
    reads, writes = fork.Pipe(duplex=False)
    copy = fork.Process(target=lambda: writes.send(work()))
    copy.start()
    writes.close()
    returned = reads.recv()
    copy.join()
    return returned
