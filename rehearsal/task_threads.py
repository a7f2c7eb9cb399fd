"""Threads for kernel tasks. A thread whose task is done parks and serves the next, in this cloud or a later one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import Context

_KEEP_PARKED = 16
_UNWIND_SECONDS = 5.0
_parked: list[TaskThread] = []


class TaskThread:
    """A thread that runs a job each time its gate opens. A closed gate is a locked lock: cheaper than a semaphore."""

    def __init__(self) -> None:
        self.gate = threading.Lock()
        self.gate.acquire()
        self._driver_gate = threading.Lock()
        self._driver_gate.acquire()
        self._job: Callable[[], None] | None = None
        threading.Thread(target=self._serve, name="kernel-task", daemon=True).start()

    def _serve(self) -> None:
        while True:
            self.gate.acquire()
            if self._job is None:
                return
            # Context variables must not travel from one task to the next one on the same thread.
            Context().run(self._job)

    def resume(self, *, unwinds: bool = False) -> bool:
        """Go on until the task pauses or ends. False if what unwinds doesn't end in time."""
        self.gate.release()
        return self._driver_gate.acquire(timeout=_UNWIND_SECONDS if unwinds else -1)

    def pause(self) -> None:
        """Called in the task: back to its driver."""
        self._driver_gate.release()
        self.gate.acquire()

    def over(self) -> None:
        """Called in the task as its last thing."""
        park(self)
        self._driver_gate.release()

    def load(self, job: Callable[[], None] | None) -> None:
        """What to do when the gate opens next; None ends the thread."""
        self._job = job


def thread_for(job: Callable[[], None]) -> TaskThread:
    """A parked or new thread with the job loaded. It begins when its gate is opened."""
    thread = _parked.pop() if _parked else TaskThread()
    thread.load(job)
    return thread


def park(thread: TaskThread) -> None:
    """Called on the thread itself as the last thing a job does, before anyone else may run."""
    _parked.append(thread)


def trim() -> None:
    """End the parked threads beyond a handful: a burst in one cloud must not weigh on the next ones."""
    while len(_parked) > _KEEP_PARKED:
        thread = _parked.pop()
        thread.load(None)
        thread.gate.release()
