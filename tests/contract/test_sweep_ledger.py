"""What the sweep reads and writes, by the ledger in DynamoDB (moto's) and the fake in memory."""

from datetime import UTC, datetime, timedelta

from berth_aws.leases import LEASE
from berth_aws.ledger import Ledger
from berth_aws.table import BATCH, Table
from berth_aws.waiters import Waiter
from berth_core.sweeps import SweepOutcome, WaiterBrief
from tests.builders import manifest

NOW = datetime(2026, 3, 3, 11, 30, 0, 250_000, tzinfo=UTC)


def test_all_waiters_are_listed_by_endpoint_with_the_time_of_their_last_try(ledger: Ledger) -> None:
    one, other = Waiter(holder="me", token="t", until="settled"), Waiter(holder="you", token="u", until="gone")
    ledger.waiters.store("b", other, NOW)
    ledger.waiters.store("a", one, NOW)
    ledger.waiters.store("a", one, NOW + timedelta(minutes=5))
    ledger.waiters.store("a-longer-name", one, NOW)
    assert ledger.waiters.of("a") == (one,)
    assert [(each.endpoint, each.stored_at) for each in ledger.waiters.all()] == [
        ("a", NOW + timedelta(minutes=5)),
        ("a-longer-name", NOW),
        ("b", NOW),
    ]
    assert ledger.waiters.all()[0] == WaiterBrief(endpoint="a", holder="me", stored_at=NOW + timedelta(minutes=5))


def test_leases_are_read_at_once_also_those_that_have_lapsed(ledger: Ledger) -> None:
    lease = ledger.leases.claim("a", "me", "endpoint_deploy", NOW - LEASE)
    staging = ledger.leases.claim("a/staging", "you", "release_promote", NOW)
    assert ledger.leases.of(["a", "a/staging", "nobody"]) == {"a": lease, "a/staging": staging}
    assert ledger.leases.of([]) == {}


def test_a_deployment_says_whether_it_keeps_its_staging(ledger: Ledger) -> None:
    for name, keep in (("a", False), ("b", True)):
        ledger.registrations.register(manifest(name=name, staging={"keep": keep}), "v1", NOW)
    ledger.registrations.register(manifest(name="c"), "v1", NOW)
    kept = {each.name: each.keeps_staging for each in ledger.overview().deployments}
    assert kept == {"a": False, "b": True, "c": False}


def test_more_rows_than_one_call_takes_are_read(table: Table) -> None:
    names = [str(number) for number in range(BATCH + 1)]
    for name in names:
        table.put(name, "sk", {"name": name})
    assert sorted(row["name"] for row in table.get_all((name, "sk") for name in names)) == sorted(names)


def test_a_sweep_recorded_twice_is_one_row(table: Table) -> None:
    outcome = SweepOutcome(kind="done", reason="1 repaired", started_at=NOW, repaired=("a: b",), news=True)
    ledger = Ledger(table)
    ledger.sweeps.keep("me", outcome)
    ledger.sweeps.keep("me", outcome)
    (row,) = table.query("sweeps")
    assert (row["repaired"], row["expires_at"]) == (["a: b"], int((NOW + timedelta(days=90)).timestamp()))
