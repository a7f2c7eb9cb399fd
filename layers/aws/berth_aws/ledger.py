"""All that Berth remembers, in one table. How its rows are laid out: partitions.py.

A function needs two or three of the sections, so each is imported when it is first asked for.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from berth_aws import clients
from berth_aws.table import Table

if TYPE_CHECKING:
    from berth_aws.component_rows import ComponentRows
    from berth_aws.history import History
    from berth_aws.leases import Leases
    from berth_aws.moments import Moments
    from berth_aws.overview import Overview
    from berth_aws.plan_rows import PlanRows
    from berth_aws.purchase_rows import Purchases, Spending
    from berth_aws.queues import Queues
    from berth_aws.refusals import Refusals
    from berth_aws.registrations import Registrations
    from berth_aws.release_rows import ReleaseRows
    from berth_aws.standing import Standing
    from berth_aws.sweep_rows import SweepRows
    from berth_aws.waiters import Waiters


class Ledger:
    """The sections of the ledger over one table. Making one costs nothing but the client."""

    def __init__(self, table: Table) -> None:
        self._table = table

    @classmethod
    def named(cls, table_name: str) -> Ledger:
        """The ledger in the table of this name, over the shared client."""
        return cls(Table(clients.shared("dynamodb"), table_name))

    def overview(self) -> Overview:
        """What the watch needs to know of everything: one query."""
        from berth_aws.overview import overview

        return overview(self._table)

    def standing(self, deployment: str) -> Standing:
        """What a decision needs to know of one deployment's past: one query."""
        from berth_aws.standing import standing

        return standing(self._table, deployment)

    @cached_property
    def registrations(self) -> Registrations:
        from berth_aws.registrations import Registrations

        return Registrations(self._table)

    @cached_property
    def leases(self) -> Leases:
        from berth_aws.leases import Leases

        return Leases(self._table)

    @cached_property
    def waiters(self) -> Waiters:
        from berth_aws.waiters import Waiters

        return Waiters(self._table)

    @cached_property
    def history(self) -> History:
        from berth_aws.history import History

        return History(self._table)

    @cached_property
    def components(self) -> ComponentRows:
        from berth_aws.component_rows import ComponentRows

        return ComponentRows(self._table)

    @cached_property
    def plans(self) -> PlanRows:
        from berth_aws.plan_rows import PlanRows

        return PlanRows(self._table)

    @cached_property
    def moments(self) -> Moments:
        from berth_aws.moments import Moments

        return Moments(self._table)

    @cached_property
    def refusals(self) -> Refusals:
        from berth_aws.refusals import Refusals

        return Refusals(self._table)

    @cached_property
    def queues(self) -> Queues:
        from berth_aws.queues import Queues

        return Queues(self._table)

    @cached_property
    def purchases(self) -> Purchases:
        from berth_aws.purchase_rows import Purchases

        return Purchases(self._table)

    @cached_property
    def spending(self) -> Spending:
        from berth_aws.purchase_rows import Spending

        return Spending(self._table)

    @cached_property
    def releases(self) -> ReleaseRows:
        from berth_aws.release_rows import ReleaseRows

        return ReleaseRows(self._table)

    @cached_property
    def sweeps(self) -> SweepRows:
        from berth_aws.sweep_rows import SweepRows

        return SweepRows(self._table)
