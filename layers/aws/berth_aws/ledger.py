"""All that Berth remembers, in one table."""

from __future__ import annotations

from berth_aws import clients
from berth_aws.history import History
from berth_aws.leases import Leases
from berth_aws.moments import Moments
from berth_aws.plan_rows import PlanRows
from berth_aws.registrations import Registrations
from berth_aws.table import Table
from berth_aws.waiters import Waiters


class Ledger:
    """The sections of the ledger over one table. Making one costs nothing but the client."""

    def __init__(self, table: Table) -> None:
        self.registrations = Registrations(table)
        self.leases = Leases(table)
        self.waiters = Waiters(table)
        self.history = History(table)
        self.plans = PlanRows(table)
        self.moments = Moments(table)

    @classmethod
    def named(cls, table_name: str) -> Ledger:
        """The ledger in the table of this name, over the shared client."""
        return cls(Table(clients.shared("dynamodb"), table_name))
