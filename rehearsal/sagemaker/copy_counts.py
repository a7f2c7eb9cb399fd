"""How many copies of each component served, over time: what metrics per copy divide by."""

from __future__ import annotations


class CopyCounts:
    """Steps by component: (microseconds since 1970, copies from then on)."""

    def __init__(self) -> None:
        self._steps: dict[str, list[tuple[int, int]]] = {}

    def note(self, component: str, copies: int, now_us: int) -> None:
        steps = self._steps.setdefault(component, [])
        if (steps[-1][1] if steps else 0) == copies:
            return
        if steps and steps[-1][0] == now_us:
            steps.pop()
        steps.append((now_us, copies))

    def steps(self, component: str) -> list[tuple[int, int]]:
        return self._steps.get(component, [])
