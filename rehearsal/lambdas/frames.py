"""Which handler runs on this thread, so that a wait inside it can step out of its sandbox and let others run."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rehearsal.cloud import current
from rehearsal.lambdas.output import Outer, catch_in, give_back
from rehearsal.lambdas.sandbox import Sandbox
from rehearsal.task_locals import TaskLocal

_real_sleep = time.sleep
_threads = TaskLocal()


class TimedOut(BaseException):
    """The handler has used up its time. Not an Exception, so that no handler can catch it by accident."""


@dataclass
class Frame:
    """One invocation at work."""

    sandbox: Sandbox
    output: io.StringIO
    deadline_us: int
    role_arn: str = ""
    _outer: Outer = (None, None, None)

    def enter(self) -> None:
        self.sandbox.enter()
        self._outer = catch_in(self.output)

    def leave(self) -> None:
        give_back(self._outer)
        self.sandbox.leave()


def running_frame() -> Frame | None:
    """The handler that runs on this thread, if one does."""
    frame: Frame | None = _threads.get("frame")
    return frame


@contextmanager
def running(frame: Frame) -> Iterator[None]:
    """A handler may invoke another one: the outer one's view comes back afterwards."""
    outer = running_frame()
    if outer is not None:
        outer.leave()
    frame.enter()
    _threads.frame = frame
    try:
        yield
    finally:
        _threads.frame = outer
        frame.leave()
        if outer is not None:
            outer.enter()


def make_sleep_virtual() -> None:
    """time.sleep takes virtual time in handlers and kernel tasks, and real time elsewhere. C has no digest to check."""
    setattr(time, "sleep", _sleep)  # noqa: B010  the stub's signature is narrower in words only


def _sleep(seconds: float) -> None:
    frame = running_frame()
    if frame is not None:
        _sleep_in(frame, seconds)
        return
    (_task_sleep() or _real_sleep)(seconds)


def _task_sleep() -> Callable[[float], None] | None:
    try:
        kernel = current().kernel
    except RuntimeError:
        return None
    return kernel.sleep if kernel.in_task() else None


def _sleep_in(frame: Frame, seconds: float) -> None:
    kernel = current().kernel
    left_seconds = (frame.deadline_us - kernel.now_us) / 1e6
    _threads.frame = None
    frame.leave()
    try:
        kernel.sleep(min(seconds, left_seconds))
    finally:
        frame.enter()
        _threads.frame = frame
    if seconds >= left_seconds:
        raise TimedOut
