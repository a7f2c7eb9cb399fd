"""Seeds of the fault simulation, in processor time: drawn, played, judged, with all that is played for them."""

from __future__ import annotations

from rehearsal.simulation.judging import Asked
from rehearsal.simulation.pool import judge_all

SEEDS = 120
"""Six worlds. The longest takes six times as long as the shortest: fewer would say little of the others."""


def processor_seconds() -> float:
    """Of one seed, on average, with all cores at it. What a worker's start takes isn't in it: it is paid once.

    Raises RuntimeError if a seed broke a rule: then the figure is of something else.
    """
    batches = list(judge_all(Asked(seed, shrinks=False) for seed in range(SEEDS)))
    broken = [judged.asked.seed for batch in batches for judged in batch.judged if judged.violations]
    if broken:
        raise RuntimeError(f"seeds that broke a rule: {broken}; `make simulate` shows them")
    return sum(batch.processor_seconds for batch in batches) / SEEDS
