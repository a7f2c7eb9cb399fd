"""The assumptions of docs/fidelity.md: which of them a check asks about, and why the others can't be asked for free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.arch.project import ROOT
from tests.cloud.checking import Check

PAGE = ROOT / "docs" / "fidelity.md"
_PLAN = "takes a plan, and an endpoint on it"
_ENDPOINT = "takes an endpoint in service"
WHY_OPEN = {
    "SageMaker: training plans": "takes a purchase, or a plan that ends",
    "SageMaker: endpoints and their configs": _PLAN,
    "SageMaker: inference components": _PLAN,
    "CloudWatch: metrics and alarms": f"{_ENDPOINT}, and requests; alarms of one's own are 0.10 USD a month",
    "Application Auto Scaling": f"{_ENDPOINT} with inference components",
    "SageMaker: runtime and traffic": _ENDPOINT,
    "SageMaker: serverless inference": "takes a serverless endpoint, and requests",
    "CodePipeline": "takes a pipeline that runs",
    "Step Functions": "takes executions",
    "EventBridge": "takes deliveries that fail for hours",
    "EventBridge Scheduler": "takes schedules that fire",
    "Lambda": "takes invocations",
    "CloudFormation": "takes an update of the stack",
    "IAM": "takes calls in the functions' own name",
    "The HTTP server, and calls in general": "is about the local AWS alone",
    "S3": "takes objects, and events of them",
    "DynamoDB": "takes days",
}
"""By section of the page: what it would take to see what its rows assume."""


@dataclass(frozen=True)
class Row:
    section: str
    behaviour: str
    source: str

    @property
    def assumed(self) -> bool:
        return "assumption" in self.source


def rows() -> Iterator[Row]:
    """Of every table of behaviours."""
    for part in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        section, _, text = part.partition("\n")
        _, head, table = text.partition("| behaviour | source, or assumption |")
        if not head:
            continue
        for line in table.splitlines()[2:]:
            if line.startswith("| "):
                cells = [cell.strip() for cell in line.strip("|").split("|")]
                yield Row(section.strip(), cells[0], cells[1])


def is_asked(row: Row, checks: Iterable[Check]) -> bool:
    return any(words in row.behaviour for one in checks for words in one.confirms)


def open_rows(checks: Iterable[Check]) -> list[Row]:
    """What is assumed, and asked by no check."""
    known = list(checks)
    return [row for row in rows() if row.assumed and not is_asked(row, known)]
