"""The kernel: virtual time, one task at a time, the same order every time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest

from rehearsal.cloud import Cloud
from rehearsal.kernel import Kernel
from rehearsal.virtual_clock import moment
from rehearsal.virtual_threads import VirtualEvent, VirtualThread

START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    running = Kernel(START)
    running.start()
    yield running
    running.stop()


def test_a_wait_of_two_weeks_moves_the_clock_and_takes_no_time(kernel: Kernel) -> None:
    woke_at: list[datetime] = []

    def wait() -> None:
        kernel.sleep(14 * 86_400)
        woke_at.append(datetime.now(UTC))

    kernel.spawn(wait, "wait")
    before = time.perf_counter()
    kernel.advance(seconds=15 * 86_400)
    assert woke_at == [START + timedelta(days=14)]
    assert kernel.now == START + timedelta(days=15)
    assert time.perf_counter() - before < 1


def test_the_whole_process_reads_the_virtual_clock(kernel: Kernel) -> None:
    kernel.advance(to=START + timedelta(hours=5))
    assert datetime.now(UTC) == START + timedelta(hours=5)
    assert time.time() == (START + timedelta(hours=5)).timestamp()


def test_timers_that_are_due_together_fire_in_the_order_in_which_they_were_made(kernel: Kernel) -> None:
    fired: list[str] = []
    kernel.at(START + timedelta(hours=1), lambda: fired.append("first"))
    kernel.after(3600, lambda: fired.append("second"))
    kernel.after(1800, lambda: fired.append("earlier"))
    kernel.advance(seconds=3600)
    assert fired == ["earlier", "first", "second"]


def test_a_cancelled_timer_does_not_fire_and_does_not_move_the_clock(kernel: Kernel) -> None:
    fired: list[str] = []
    kernel.after(60, lambda: fired.append("cancelled"), "to be cancelled").cancel()
    assert kernel.pending() == []
    assert not kernel.run_until(lambda: False)
    assert (fired, kernel.now) == ([], START)


def test_pending_names_what_is_to_come_in_order(kernel: Kernel) -> None:
    kernel.after(120, lambda: None, "later")
    kernel.after(60, lambda: None, "sooner")
    assert [label for _, label in kernel.pending()] == ["sooner", "later"]


def test_one_task_at_a_time_in_a_fixed_order() -> None:
    def order() -> list[tuple[str, datetime]]:
        kernel = Kernel(START)
        kernel.start()
        steps: list[tuple[str, datetime]] = []

        def work(name: str, pause_seconds: float) -> None:
            for _ in range(20):
                steps.append((name, kernel.now))
                kernel.sleep(pause_seconds)

        for name, pause_seconds in (("a", 3.0), ("b", 2.0), ("c", 3.0)):
            kernel.spawn(partial(work, name, pause_seconds), name)
        kernel.advance(seconds=300)
        kernel.stop()
        return steps

    first = order()
    assert len(first) == 60
    assert all(first == order() for _ in range(3))
    assert all(earlier[1] <= later[1] for earlier, later in pairwise(first))


def test_a_task_that_dies_is_reported_and_the_others_go_on(kernel: Kernel) -> None:
    done: list[str] = []
    kernel.spawn(lambda: 1 / 0, "divides")
    kernel.spawn(lambda: done.append("went on"), "other")
    kernel.settle()
    assert done == ["went on"]
    assert "divides" in kernel.errors[0]
    assert "ZeroDivisionError" in kernel.errors[0]


def test_a_timer_that_fails_is_reported_and_the_others_go_on(kernel: Kernel) -> None:
    done: list[str] = []
    kernel.after(1, lambda: 1 / 0, "fails")
    kernel.after(2, lambda: done.append("went on"))
    kernel.advance(seconds=5)
    assert done == ["went on"]
    assert "'fails'" in kernel.errors[0]


def test_the_clock_does_not_go_back(kernel: Kernel) -> None:
    kernel.advance(seconds=60)
    with pytest.raises(ValueError, match="can't go back"):
        kernel.advance(to=START)


def test_a_time_without_a_zone_is_refused(kernel: Kernel) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        kernel.at(datetime(2026, 3, 2), lambda: None)  # noqa: DTZ001  that is the point


def test_a_foreign_thread_that_waits_drives_the_clock(cloud: Cloud) -> None:
    answered = VirtualEvent()
    cloud.kernel.after(90, answered.set, "answer")
    assert answered.wait(600)
    assert cloud.now == START + timedelta(seconds=90)
    assert not VirtualEvent().wait(30)
    assert cloud.now == START + timedelta(seconds=120)


def test_an_event_wakes_its_waiters_in_the_order_in_which_they_came(cloud: Cloud) -> None:
    woken: list[int] = []
    event = VirtualEvent()

    def wait(number: int) -> None:
        event.wait()
        woken.append(number)

    for number in range(5):
        VirtualThread(target=wait, args=(number,)).start()
    cloud.kernel.settle()
    event.set()
    cloud.kernel.settle()
    assert woken == [0, 1, 2, 3, 4]


def test_a_task_that_is_blocked_when_its_cloud_stops_never_runs_again() -> None:
    went_on: list[str] = []
    cloud = Cloud.start()

    def wait(cloud: Cloud = cloud) -> None:
        cloud.kernel.sleep(60)
        went_on.append("after the wait")

    cloud.kernel.spawn(wait, "blocked")
    cloud.kernel.settle()
    cloud.stop()
    with_a_new_one = Cloud.start()
    with_a_new_one.advance(seconds=3600)
    with_a_new_one.stop()
    assert went_on == []
    assert cloud.kernel.errors == []


def test_threads_come_free_when_clouds_stop() -> None:
    def cycle() -> None:
        cloud = Cloud.start()
        for _ in range(40):
            cloud.kernel.spawn(partial(cloud.kernel.sleep, 60), "blocked")
        cloud.kernel.settle()
        cloud.stop()

    cycle()
    for thread in threading.enumerate():
        if thread.name == "kernel-task":
            thread.join(0.01)
    after_one = threading.active_count()
    for _ in range(10):
        cycle()
    assert threading.active_count() <= after_one + 40


def test_a_quiet_timer_leaves_the_process_clock_alone_until_somebody_reads_it(kernel: Kernel) -> None:
    seen: list[datetime] = []
    kernel.after(60, lambda: seen.append(kernel.now), reads_clock=False)
    kernel.after(120, lambda: seen.append(datetime.now(UTC)))
    kernel.advance(seconds=180)
    assert seen == [START + timedelta(seconds=60), START + timedelta(seconds=120)]
    assert datetime.now(UTC) == START + timedelta(seconds=180)


def test_a_task_can_neither_drive_nor_stop_the_kernel(kernel: Kernel) -> None:
    kernel.spawn(lambda: kernel.advance(seconds=1), "drives")
    kernel.spawn(kernel.stop, "stops")
    kernel.settle()
    assert "can't drive the clock" in kernel.errors[0]
    assert "can't stop its own kernel" in kernel.errors[1]


def test_a_new_cloud_is_empty_and_draws_the_same_ids() -> None:
    def queue_and_id() -> tuple[list[str], str]:
        cloud = Cloud.start()
        already = cloud.client("sqs").list_queues().get("QueueUrls", [])
        url = cloud.client("sqs").create_queue(QueueName="q")["QueueUrl"]
        message_id = cloud.client("sqs").send_message(QueueUrl=url, MessageBody="x")["MessageId"]
        cloud.stop()
        return already, message_id

    first = queue_and_id()
    assert first[0] == []
    assert first == queue_and_id()


def test_nothing_is_skipped_that_is_due_or_that_somebody_outside_could_do(kernel: Kernel) -> None:
    seen: list[datetime] = []
    kernel.after(10, lambda: seen.append(moment(kernel.quiet_until_us)), "first")
    kernel.after(30, lambda: seen.append(moment(kernel.quiet_until_us)), "second")
    kernel.advance(seconds=60)
    assert seen == [START + timedelta(seconds=30), START + timedelta(seconds=60)]


def test_a_predicate_gets_to_see_every_move_of_the_clock(kernel: Kernel) -> None:
    seen: list[datetime] = []
    kernel.after(10, lambda: seen.append(moment(kernel.quiet_until_us)), "only")
    kernel.run_until(lambda: bool(seen))
    assert seen[0] <= START + timedelta(seconds=10)


def test_a_predicate_that_asks_for_no_time_lets_idle_time_be_skipped(kernel: Kernel) -> None:
    seen: list[datetime] = []
    kernel.after(10, lambda: seen.append(moment(kernel.quiet_until_us)), "first")
    kernel.after(30, lambda: None, "second")
    kernel.run_until(lambda: bool(seen), reads_clock=False)
    assert seen == [START + timedelta(seconds=30)]
    assert kernel.now == START + timedelta(seconds=10)
