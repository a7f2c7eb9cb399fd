"""Seeds judged side by side: each worker starts up once, and judges one seed after the other."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice

from rehearsal.simulation.judging import Asked, Judged, judged
from rehearsal.simulation.planting import plant


def judge_all(asked: Iterable[Asked], *, planted: str | None = None, workers: int | None = None) -> Iterator[Judged]:
    """As they come, not in their order. Closing the iterator early leaves the other seeds unplayed."""
    count = workers or max(1, len(os.sched_getaffinity(0)))
    # Forked from a process that has loaded everything and begun nothing: a cloud takes its process's clock, and its
    # tasks are threads.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["rehearsal.simulation.warm"])
    waiting = iter(asked)
    with ProcessPoolExecutor(count, mp_context=context, initializer=plant, initargs=(planted,)) as pool:
        running = {pool.submit(judged, each) for each in islice(waiting, count)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                running |= _next(pool.submit, waiting)
                yield future.result()


def _next(submit: Callable[..., Future[Judged]], waiting: Iterator[Asked]) -> set[Future[Judged]]:
    return {submit(judged, each) for each in islice(waiting, 1)}
