"""What a decision reads of one deployment's past: in one query, which its old attempts don't make longer."""

from typing import NamedTuple

from berth_aws.history import ATTEMPT, NEWEST, STAY, TURN, attempt, stay, turn
from berth_aws.leases import LEASE_ROW, lease_of
from berth_aws.partitions import of_deployment
from berth_aws.table import Table
from berth_core.facts import Attempt, Lease, OnDemandUse, Turn

OTHER_ROWS = 14
"""The lease and the stays that a page has room for beside the attempts; with more of them it takes a second page."""


class Standing(NamedTuple):
    """The lease, in force or lapsed, the newest attempts (the last one first), all stays on on-demand and all
    turns of an evaluation (oldest first)."""

    lease: Lease | None
    attempts: tuple[Attempt, ...]
    stays: tuple[OnDemandUse, ...]
    turns: tuple[Turn, ...]


def standing(table: Table, deployment: str) -> Standing:
    """The partition from its end: turns, stays, the lease, then attempts, of which the newest are enough."""
    lease: Lease | None = None
    attempts: list[Attempt] = []
    stays: list[OnDemandUse] = []
    turns: list[Turn] = []
    for row in table.from_the_end(of_deployment(deployment), page=NEWEST + OTHER_ROWS):
        if row["sk"].startswith(STAY):
            stays.append(stay(row))
        elif row["sk"].startswith(TURN):
            turns.append(turn(row))
        elif row["sk"] == LEASE_ROW:
            lease = lease_of(row)
        elif row["sk"].startswith(ATTEMPT):
            attempts.append(attempt(row))
        if len(attempts) == NEWEST:
            break
    return Standing(lease=lease, attempts=tuple(attempts), stays=tuple(reversed(stays)), turns=tuple(reversed(turns)))
