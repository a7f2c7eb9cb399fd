"""The discrete-event kernel: one virtual clock, timers, and tasks of which exactly one runs at a time.

A task is a thread, or a greenlet where the process is to be forked, and holds the baton until it blocks. When no task
is ready, the clock jumps to the next timer.
A foreign thread (a test, an HTTP worker) drives: it hands the baton out, and a call of its own that blocks makes it
drive until the call can go on. So waiting costs nothing, and the same start gives the same order of events.
"""

from __future__ import annotations

import threading
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from rehearsal import task_threads
from rehearsal.task_greenlets import TaskGreenlet
from rehearsal.task_locals import TaskLocal
from rehearsal.timers import Timer, Timers
from rehearsal.virtual_clock import VirtualClock, microseconds, moment

__all__ = ["Kernel", "TaskAbandoned", "Timer"]

_FOREVER_SECONDS = 3650 * 86_400.0

Wakers = list[Callable[[], None]]


class TaskAbandoned(BaseException):
    """Raised in a blocked task whose cloud has stopped, so that its thread comes free. Not for task code to catch."""


class _Task:
    __slots__ = ("abandoned", "fn", "name", "thread")

    def __init__(self, fn: Callable[[], Any], name: str) -> None:
        self.fn = fn
        self.name = name
        self.thread: task_threads.TaskThread | TaskGreenlet | None = None
        self.abandoned = False


class Kernel:
    """The clock and the scheduler of one cloud."""

    def __init__(self, start: datetime, *, forkable: bool = False) -> None:
        """`forkable`: one thread drives, and its process may be forked at any moment."""
        self.mutex = threading.RLock()
        self.errors: list[str] = []
        self.switches = 0
        self._clock = VirtualClock(start)
        self._timers = Timers()
        self._ready: deque[_Task] = deque()
        self._unfinished: dict[_Task, None] = {}
        self._carrier = TaskGreenlet if forkable else task_threads.thread_for
        self._local = TaskLocal()
        self._stopped = False
        self._horizon_us = self.now_us

    def start(self) -> None:
        """Take the process's clock. Until `stop`, `datetime.now()` and `time.time()` are virtual everywhere in it."""
        self._clock.start()

    def stop(self) -> None:
        """Give the clock back and end every task: what is blocked now never goes on. RuntimeError inside a task."""
        if self.in_task():
            raise RuntimeError("a task can't stop its own kernel: stop the cloud from the thread that drives it")
        with self.mutex:
            if self._stopped:
                return
            self._stopped = True
            self._ready.clear()
            self._timers.clear()
            for task in list(self._unfinished):
                self._abandon(task)
            self._unfinished.clear()
            task_threads.trim()
            self._clock.stop()

    @property
    def now(self) -> datetime:
        return self._clock.now

    @property
    def now_us(self) -> int:
        """Microseconds since 1970."""
        return self._clock.now_us

    @property
    def jumps(self) -> int:
        """How often the clock has moved."""
        return self._clock.jumps

    # Timers

    def at(self, when: datetime, fn: Callable[[], Any], label: str = "", *, reads_clock: bool = True) -> Timer:
        """Call `fn` on the driver's thread at that moment, at once if it has passed. What blocks belongs into a task.

        With `reads_clock` False, `fn` may ask `kernel.now` but not the process's clock; tasks that it spawns may.
        """
        return self._add_timer(microseconds(when), fn, label, reads_clock)

    def after(self, seconds: float, fn: Callable[[], Any], label: str = "", *, reads_clock: bool = True) -> Timer:
        """The same, so many seconds from now."""
        return self._add_timer(self.now_us + round(seconds * 1e6), fn, label, reads_clock)

    def _add_timer(self, due_us: int, fn: Callable[[], Any], label: str, reads_clock: bool) -> Timer:
        timer = Timer(max(due_us, self.now_us), fn, label, reads_clock=reads_clock)
        if not self._stopped:
            self._timers.add(timer)
        return timer

    def pending(self) -> list[tuple[datetime, str]]:
        """What is still to come: due times and labels, in order."""
        return [(moment(timer.due_us), timer.label) for timer in self._timers.live()]

    @property
    def quiet_until_us(self) -> int:
        """Before this nothing is due, and nobody from outside takes over: what is skipped until then, nobody misses."""
        due_us = self._timers.next_due_us()
        if self._ready or due_us is None:
            return self.now_us if self._ready else self._horizon_us
        return min(due_us, self._horizon_us)

    # Tasks

    def spawn(self, fn: Callable[[], Any], name: str) -> None:
        """A new task, ready now, behind those that are ready already."""
        if self._stopped:
            return
        task = _Task(fn, name)
        self._unfinished[task] = None
        self._ready.append(task)

    def in_task(self) -> bool:
        return self._task() is not None

    def _task(self) -> _Task | None:
        task: _Task | None = self._local.get("task")
        return task

    def _run(self, task: _Task) -> None:
        self._local.task = task
        try:
            task.fn()
        except TaskAbandoned:
            pass
        except BaseException:  # noqa: BLE001  a dead task is reported in `errors`, whatever killed it
            self.errors.append(f"task {task.name!r} died at {self.now.isoformat()}:\n{traceback.format_exc()}")
        finally:
            self._local.task = None
            self._unfinished.pop(task, None)
            if task.thread is not None:
                task.thread.over()

    def _resume(self, task: _Task) -> None:
        self.switches += 1
        self._clock.show()
        if task.thread is None:
            task.thread = self._carrier(lambda: self._run(task))
        task.thread.resume()

    def _abandon(self, task: _Task) -> None:
        task.abandoned = True
        if task.thread is None:
            return
        if not task.thread.resume(unwinds=True):
            self.errors.append(f"task {task.name!r} did not end in time after its cloud's stop")

    # Blocking

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass: blocks a task, and makes a foreign thread drive."""
        self.block([], seconds, lambda: False)

    def block(self, waiters: Sequence[Wakers], seconds: float | None, done: Callable[[], bool]) -> None:
        """Return once somebody has called what this adds to each of the `waiters`, or after `seconds` (None: no limit).

        Inside a task this gives the baton up. On a foreign thread it drives until `done()`.
        """
        task = self._task()
        if self._stopped:
            raise TaskAbandoned if task else RuntimeError("this rehearsal has stopped: nothing can wait in it")
        if task is None:
            self._drive_until_done(done, seconds)
        elif seconds is None or seconds > 0:
            self._block_task(task, waiters, seconds)

    def _block_task(self, task: _Task, waiters: Sequence[Wakers], seconds: float | None) -> None:
        woken = False

        def wake() -> None:
            nonlocal woken
            if not woken:
                woken = True
                self._ready.append(task)

        for each in waiters:
            each.append(wake)
        timer = None if seconds is None else self.after(seconds, wake, task.name, reads_clock=False)
        self._give_baton_up(task)
        if timer is not None:
            timer.cancel()
        for each in waiters:
            if wake in each:
                each.remove(wake)

    def _give_baton_up(self, task: _Task) -> None:
        if task.thread is None:
            raise RuntimeError(f"task {task.name!r} blocks before it has begun")
        task.thread.pause()
        if task.abandoned:
            raise TaskAbandoned

    def _drive_until_done(self, done: Callable[[], bool], seconds: float | None) -> None:
        limit = _FOREVER_SECONDS if seconds is None else max(seconds, 0.0)
        with self.mutex:
            until_us = self.now_us + round(limit * 1e6)
            if not self._drive(until_us, done) and seconds is not None:
                self._clock.move(until_us)
            self._clock.show()

    # Driving

    def settle(self) -> None:
        """Run all that is ready or due now. The clock stands still."""
        self.advance(seconds=0)

    def advance(self, *, to: datetime | None = None, seconds: float | None = None) -> None:
        """Move the clock; everything due on the way happens, in order. Raises ValueError for a time that has passed."""
        self._refuse_tasks()
        with self.mutex:
            until_us = self._target_us(to, seconds)
            if until_us < self.now_us:
                raise ValueError(f"advance to {moment(until_us)}: the clock is at {self.now} and can't go back")
            self._drive(until_us, None)
            self._clock.move(until_us)
            self._clock.show()

    def _target_us(self, to: datetime | None, seconds: float | None) -> int:
        if to is not None and seconds is None:
            return microseconds(to)
        if seconds is not None and to is None:
            return self.now_us + round(seconds * 1e6)
        raise ValueError("advance: give either `to` or `seconds`")

    def _refuse_tasks(self) -> None:
        # Before the mutex, which the driver holds while a task runs.
        if self.in_task():
            raise RuntimeError("a task can't drive the clock: use sleep, or spawn a task and wait for it")

    def run_until(
        self, predicate: Callable[[], bool], max_seconds: float = 400 * 86_400.0, *, reads_clock: bool = True
    ) -> bool:
        """Drive until the predicate holds. It is asked whenever nothing is ready, so before every move of the clock.

        With `reads_clock` False it asks for nothing that idle time alone could change, and idle ticks are skipped.
        Returns False if it still doesn't hold when nothing more will happen within `max_seconds`.
        """
        self._refuse_tasks()
        with self.mutex:
            held = self._drive(self.now_us + round(max_seconds * 1e6), predicate, skips=not reads_clock)
            self._clock.show()
            return held

    def _drive(self, until_us: int, predicate: Callable[[], bool] | None, *, skips: bool = False) -> bool:
        outer_us = self._horizon_us
        # A predicate is asked before every move of the clock, so it has to see them all.
        self._horizon_us = until_us if predicate is None or skips else self.now_us
        try:
            return self._drive_on(until_us, predicate)
        finally:
            self._horizon_us = outer_us

    def _drive_on(self, until_us: int, predicate: Callable[[], bool] | None) -> bool:
        while True:
            while self._ready:
                self._resume(self._ready.popleft())
            if predicate is not None and self._holds(predicate):
                return True
            timer = self._timers.take_due(until_us)
            if timer is None:
                return False
            self._fire(timer)

    def _holds(self, predicate: Callable[[], bool]) -> bool:
        self._clock.show()
        return predicate()

    def _fire(self, timer: Timer) -> None:
        self._clock.move(timer.due_us)
        if timer.reads_clock:
            self._clock.show()
        try:
            timer.fire()
        except Exception:  # noqa: BLE001  one failing timer must not end the others; `errors` reports it
            self.errors.append(f"timer {timer.label!r} failed at {self.now.isoformat()}:\n{traceback.format_exc()}")
