"""Who waits, in DynamoDB and in the fake: a run for its endpoint, a deployment for room on a plan."""

from datetime import UTC, datetime, timedelta

from berth_aws.ledger import Ledger
from berth_aws.waiters import Waiter
from berth_core.facts import Rival

NAME = "llama-eval"
NOW = datetime(2026, 3, 3, 11, 30, 0, 250_000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class TestQueues:
    AYA = Rival(name="aya", plan="p5", priority=10, instance_count=2)

    def test_who_waits_is_found_until_its_time(self, ledger: Ledger) -> None:
        zephyr = self.AYA.model_copy(update={"name": "zephyr"})
        for rival in (zephyr, self.AYA):
            ledger.queues.wait(rival, NOW + MINUTE)
        assert ledger.queues.of("p5", NOW) == (self.AYA, zephyr)
        assert ledger.queues.of("p5", NOW + MINUTE) == ()
        assert ledger.queues.of("p6", NOW) == ()

    def test_waiting_again_renews_and_leaving_twice_is_fine(self, ledger: Ledger) -> None:
        ledger.queues.wait(self.AYA, NOW)
        ledger.queues.wait(self.AYA.model_copy(update={"priority": 20}), NOW + MINUTE)
        assert [each.priority for each in ledger.queues.of("p5", NOW)] == [20]
        ledger.queues.leave("p5", "aya")
        ledger.queues.leave("p5", "aya")
        assert ledger.queues.of("p5", NOW) == ()


class TestWaiters:
    WAITER = Waiter(holder="me", token="t" * 900, until="settled")

    def test_a_waiter_is_stored_once_and_taken_once(self, ledger: Ledger) -> None:
        ledger.waiters.store(NAME, self.WAITER, NOW)
        ledger.waiters.store(NAME, self.WAITER, NOW + MINUTE)
        assert ledger.waiters.of(NAME) == (self.WAITER,)
        assert ledger.waiters.forget(NAME, self.WAITER)
        assert not ledger.waiters.forget(NAME, self.WAITER)
        assert ledger.waiters.of(NAME) == ()

    def test_several_may_wait_for_one_endpoint_and_none_for_another(self, ledger: Ledger) -> None:
        other = Waiter(holder="you", token="another", until="gone")
        ledger.waiters.store(NAME, self.WAITER, NOW)
        ledger.waiters.store(NAME, other, NOW)
        assert {waiter.until for waiter in ledger.waiters.of(NAME)} == {"settled", "gone"}
        assert ledger.waiters.of("other") == ()

    def test_a_holder_that_waits_anew_is_not_forgotten_for_its_last_try(self, ledger: Ledger) -> None:
        again = self.WAITER.model_copy(update={"token": "another"})
        ledger.waiters.store(NAME, self.WAITER, NOW)
        ledger.waiters.store(NAME, again, NOW)
        assert not ledger.waiters.forget(NAME, self.WAITER)
        assert ledger.waiters.of(NAME) == (again,)
