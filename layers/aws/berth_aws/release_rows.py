"""What came of each release: measured on staging, approved or not, promoted or not."""

from berth_aws.partitions import history_of
from berth_aws.table import Table, iso, without_keys
from berth_core.releases import ReleaseApproval, ReleaseOutcome


class ReleaseRows:
    """Two rows a release: what came of it, and who said yes. Their keys follow from it: writing again changes nothing.

    Both are kept for good.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, deployment: str, outcome: ReleaseOutcome) -> None:
        """Recorded again, the last word counts."""
        self._table.put(history_of(deployment), _sk(outcome), outcome.model_dump(mode="json"))

    def keep_approval(self, deployment: str, outcome: ReleaseOutcome, approval: ReleaseApproval) -> None:
        """Who is asked what, until when, with the token that takes the answer; and the answer."""
        self._table.put(history_of(deployment), _approval_sk(outcome), approval.model_dump(mode="json"))

    def approval(self, deployment: str, outcome: ReleaseOutcome) -> ReleaseApproval | None:
        """None if nobody was asked."""
        row = self._table.get(history_of(deployment), _approval_sk(outcome))
        return ReleaseApproval.model_validate(without_keys(row)) if row else None


def _sk(outcome: ReleaseOutcome) -> str:
    return f"release#{iso(outcome.started_at)}#{outcome.release_id}"


def _approval_sk(outcome: ReleaseOutcome) -> str:
    return f"{_sk(outcome)}#approval"
