"""Kernel tasks that share their driver's thread. A process whose tasks are such can be forked at any moment.

They can only be driven by the one thread that began them: the server, which many threads drive, has threads for tasks.
"""

from __future__ import annotations

from collections.abc import Callable

from greenlet import greenlet


class TaskGreenlet:
    """A task's own stack; the kernel switches to it and back."""

    def __init__(self, job: Callable[[], None]) -> None:
        self._stack = greenlet(job)

    def resume(self, *, unwinds: bool = False) -> bool:
        """Go on until the task pauses or ends; true, as nothing else can happen."""
        del unwinds
        self._stack.switch()
        return True

    def pause(self) -> None:
        """Called in the task: back to its driver."""
        assert self._stack.parent is not None
        self._stack.parent.switch()

    def over(self) -> None:
        """Called in the task as its last thing."""
