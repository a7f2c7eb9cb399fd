"""What is kept of inference components, in memory."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from berth_aws.component_rows import ComponentRows
from berth_core.facts import Gap


class FakeComponentRows(ComponentRows):
    def __init__(self) -> None:
        self._gaps: dict[str, dict[datetime, Gap]] = defaultdict(dict)
        self._specifications: dict[tuple[str, str], dict[str, Any]] = {}

    def keep_gap(self, deployment: str, gap: Gap) -> None:
        self._gaps[deployment][gap.started_at] = gap

    def gaps(self, deployment: str) -> tuple[Gap, ...]:
        return tuple(gap for _, gap in sorted(self._gaps[deployment].items(), reverse=True))

    def keep_specification(self, deployment: str, component: str, specification: dict[str, Any]) -> None:
        self._specifications[(deployment, component)] = specification

    def specification(self, deployment: str, component: str) -> dict[str, Any] | None:
        return self._specifications.get((deployment, component))
