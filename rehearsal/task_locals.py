"""What threading.local is for threads, for kernel tasks as well: also where many tasks share one thread."""

from __future__ import annotations

from typing import Any

from greenlet import getcurrent


class TaskLocal:
    """Attributes that each task has its own of. Outside of tasks, each thread."""

    def __init__(self) -> None:
        object.__setattr__(self, "_prefix", f"local-{id(self)}-")

    def __getattr__(self, name: str) -> Any:
        try:
            return getcurrent().__dict__[self._prefix + name]
        except KeyError:
            raise AttributeError(f"no {name} has been set in this task") from None

    def get(self, name: str, default: Any = None) -> Any:
        """What `getattr` with a default says. It costs less where there mostly is nothing."""
        return getcurrent().__dict__.get(self._prefix + name, default)

    def __setattr__(self, name: str, value: Any) -> None:
        getcurrent().__dict__[self._prefix + name] = value
