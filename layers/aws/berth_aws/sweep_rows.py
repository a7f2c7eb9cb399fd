"""What each sweep repaired, or could not."""

from datetime import timedelta

from berth_aws.partitions import SWEEPS
from berth_aws.table import Table, iso
from berth_core.sweeps import SweepOutcome

KEPT = timedelta(days=90)


class SweepRows:
    """One row a sweep that had something to do; its key follows from the run, so writing it again changes nothing."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, holder: str, outcome: SweepOutcome) -> None:
        """For three months, as long as Step Functions keeps its history."""
        expires_at = int((outcome.started_at + KEPT).timestamp())
        row = {**outcome.model_dump(mode="json"), "expires_at": expires_at}
        self._table.put(SWEEPS, f"{iso(outcome.started_at)}#{holder}", row)
