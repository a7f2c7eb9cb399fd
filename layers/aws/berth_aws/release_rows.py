"""What came of each release: measured on staging, approved or not, promoted or not."""

from datetime import datetime

from berth_aws.partitions import history_of
from berth_aws.table import Table, iso
from berth_core.releases import ReleaseOutcome


class ReleaseRows:
    """One row a release; its key follows from the release, so writing it again changes nothing."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, deployment: str, outcome: ReleaseOutcome) -> None:
        """Kept for good. Recorded again, the last word counts, and an approval that was asked for is over."""
        self._table.put(history_of(deployment), _sk(outcome), outcome.model_dump(mode="json"))

    def keep_approval(self, deployment: str, outcome: ReleaseOutcome, token: str, expires_at: datetime) -> None:
        """The token of the task that waits for a yes, beside what was measured."""
        self._table.put(
            history_of(deployment),
            _sk(outcome),
            {**outcome.model_dump(mode="json"), "approval_token": token, "approval_expires_at": iso(expires_at)},
        )


def _sk(outcome: ReleaseOutcome) -> str:
    return f"release#{iso(outcome.started_at)}#{outcome.release_id}"
