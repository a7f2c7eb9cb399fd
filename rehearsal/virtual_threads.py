"""Stand-ins for threading.Event, threading.Thread and time.sleep that wait on the running cloud's virtual clock."""

from __future__ import annotations

import sys
import threading
import time
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rehearsal.cloud import current

# moto's interpreter writes "no timeout" as this number of seconds; taken literally it would move the clock by 3 years.
_NO_TIMEOUT_SECONDS = 99_999_999


class VirtualEvent:
    """An event on the virtual clock. Setting it makes its waiters ready, in the order in which they began to wait."""

    def __init__(self) -> None:
        self._flag = False
        self.waiters: list[Callable[[], None]] = []

    def is_set(self) -> bool:
        return self._flag

    def set(self) -> None:
        self._flag = True
        self.pulse()

    def clear(self) -> None:
        self._flag = False

    def pulse(self) -> None:
        """Wake who waits now, without staying set."""
        waking = self.waiters[:]
        self.waiters.clear()
        for wake in waking:
            wake()

    def wait(self, timeout: float | None = None) -> bool:
        if not self._flag:
            limit = None if timeout is None or timeout >= _NO_TIMEOUT_SECONDS else timeout
            current().kernel.block([self.waiters], limit, self.is_set)
        return self._flag


def wait_any(events: Sequence[VirtualEvent], timeout: float | None = None) -> None:
    """Return once any of the events is set or pulsed, or after `timeout` seconds. The caller looks at what happened."""
    if any(event.is_set() for event in events):
        return
    limit = None if timeout is None or timeout >= _NO_TIMEOUT_SECONDS else timeout
    current().kernel.block([event.waiters for event in events], limit, lambda: any(e.is_set() for e in events))


class VirtualThread:
    """A thread whose body is a kernel task."""

    native_id = 0

    def __init__(
        self,
        group: None = None,
        target: Callable[..., Any] | None = None,
        name: str | None = None,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        daemon: bool | None = None,
    ) -> None:
        self._target = target
        self._args = tuple(args)
        self._kwargs = dict(kwargs or {})
        self.name: str = name or str(getattr(target, "__qualname__", "thread"))
        self.daemon = daemon
        self._finished = VirtualEvent()

    def start(self) -> None:
        current().kernel.spawn(self._body, self.name)

    def _body(self) -> None:
        try:
            if self._target is not None:
                self._target(*self._args, **self._kwargs)
        finally:
            self._finished.set()

    def join(self, timeout: float | None = None) -> None:
        self._finished.wait(timeout)

    def is_alive(self) -> bool:
        return not self._finished.is_set()


def virtual_sleep(seconds: float) -> None:
    current().kernel.sleep(seconds)


def virtualise(prefix: str) -> int:
    """Swap threads, events and sleep in imported modules whose names begin with `prefix`. Returns how many names."""
    swaps: list[tuple[str, Any, Any]] = [
        ("threading", threading, _copy_with(threading, Thread=VirtualThread, Event=VirtualEvent)),
        ("time", time, _copy_with(time, sleep=virtual_sleep)),
        ("Thread", threading.Thread, VirtualThread),
        ("Event", threading.Event, VirtualEvent),
    ]
    count = 0
    for name, module in sorted(sys.modules.items()):
        if not name.startswith(prefix):
            continue
        for attribute, real, virtual in swaps:
            if vars(module).get(attribute) is real:
                setattr(module, attribute, virtual)
                count += 1
    return count


def _copy_with(module: types.ModuleType, **replaced: Any) -> types.ModuleType:
    copied = types.ModuleType(module.__name__)
    vars(copied).update({name: value for name, value in vars(module).items() if not name.startswith("__")})
    vars(copied).update(replaced)
    return copied
