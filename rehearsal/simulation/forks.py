"""Work done in a copy of this process, which may crash, hang or burn without harm to this one."""

from __future__ import annotations

import gc
import os
import pickle
import random
import resource
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

_WALL_SECONDS_PER_SECOND = 20
"""Of real time for each second of processor time: the cores have other work, and what sleeps for ever must end too."""
_ENDS: dict[int, str] = {signal.SIGXCPU: "took more than {limit} s of processor time", signal.SIGALRM: "stood still"}


@dataclass(frozen=True)
class Died:
    """What was asked for didn't come back; `text` says why."""

    text: str


@dataclass
class Crossing[Told, Came]:
    """A copy of this process that waits where it was made, while this one goes on."""

    _process: int
    _told: int
    _came: BinaryIO
    _limit_seconds: int

    def goes_on(self, told: Told) -> Came | Died:
        """Tells the copy what it has waited for, and waits for what comes of it. Once only."""
        with suppress(BrokenPipeError), os.fdopen(self._told, "wb") as pipe:
            pipe.write(pickle.dumps(told))
        _UNTOLD.discard(self._told)
        with self._came as pipe:
            answered = pipe.read()
        ended = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
        if ended == 0:
            answer: Came | Died = pickle.loads(answered)  # our own child's
            return answer
        return Died(_ENDS.get(-ended, f"ended with {ended}").format(limit=self._limit_seconds))


_UNTOLD: set[int] = set()
"""Ends of pipes that only this process may hold: with its own end, whoever waits at the other has to end as well."""


def in_a_fork[T](work: Callable[[], T], *, limit_seconds: int) -> T | Died:
    """What `work` returns, which has to be picklable. It may use so much processor time, its own forks' not counted.

    The process must have no threads but this one.
    """
    waiting: Crossing[None, T] = at_a_crossing(lambda _: work(), limit_seconds=limit_seconds)
    return waiting.goes_on(None)


def at_a_crossing[Told, Came](work: Callable[[Told], Came], *, limit_seconds: int) -> Crossing[Told, Came]:
    """`work` will go on from here in a copy of this process, as soon as it is told what it needs."""
    hears, tells = os.pipe()
    reader, writer = os.pipe()
    drawn = random.getstate()
    child = os.fork()
    if child == 0:
        # Python draws a new seed in each fork; and botocore's waits are drawn.
        random.setstate(drawn)
        for descriptor in (reader, tells, *_UNTOLD):
            os.close(descriptor)
        _UNTOLD.clear()
        _work(work, hears, writer, limit_seconds)
    os.close(hears)
    os.close(writer)
    _UNTOLD.add(tells)
    return Crossing(child, tells, os.fdopen(reader, "rb"), limit_seconds)


def _work(work: Callable[[Any], Any], hears: int, writer: int, limit_seconds: int) -> None:
    """Never returns: what this process is a copy of goes on in its own."""
    status = 1
    with suppress(BaseException):
        with os.fdopen(hears, "rb") as pipe:
            told = pickle.loads(pipe.read())  # EOFError if the one who was to tell is gone
        # A branch lives shorter than its garbage is worth, and collecting would copy the pages that it shares.
        gc.disable()
        resource.setrlimit(resource.RLIMIT_CPU, (limit_seconds, limit_seconds + 5))
        signal.alarm(limit_seconds * _WALL_SECONDS_PER_SECOND)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(pickle.dumps(_answer(work, told)))
        status = 0
    os._exit(status)


def _answer(work: Callable[[Any], Any], told: Any) -> Any:
    try:
        return work(told)
    except Exception as error:  # noqa: BLE001  whatever it is, the one who asked has to hear of it
        place = traceback.extract_tb(error.__traceback__)[-1]
        return Died(f"{type(error).__name__} in {os.path.basename(place.filename)}:{place.lineno}: {error}")
