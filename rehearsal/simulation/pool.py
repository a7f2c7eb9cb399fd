"""Worlds judged side by side: each worker starts up once, and judges one world after the other."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from itertools import groupby, islice

from rehearsal.simulation.judging import Asked, Judged, judged_together, processor_seconds
from rehearsal.simulation.planting import plant


@dataclass(frozen=True)
class Batch:
    """Seeds of one world, and what they took in processor time."""

    judged: tuple[Judged, ...]
    processor_seconds: float


def judge_all(asked: Iterable[Asked], *, planted: str | None = None, workers: int | None = None) -> Iterator[Batch]:
    """As they come, not in their order. Closing the iterator early leaves the other seeds unplayed."""
    count = workers or max(1, len(os.sched_getaffinity(0)))
    # Forked from a process that has loaded everything and begun nothing.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["rehearsal.simulation.warm"])
    waiting = iter([tuple(seeds) for _, seeds in groupby(asked, key=lambda each: each.group)])
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_prepare, initargs=(planted,))
    try:
        running = {pool.submit(_judge, each) for each in islice(waiting, count)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                running |= {pool.submit(_judge, each) for each in islice(waiting, 1)}
                yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _prepare(planted: str | None) -> None:
    from rehearsal.simulation import warm

    plant(planted)
    warm.up()


def _judge(asked: tuple[Asked, ...]) -> Batch:
    began = processor_seconds()
    found = judged_together(asked)
    return Batch(tuple(found), processor_seconds() - began)
