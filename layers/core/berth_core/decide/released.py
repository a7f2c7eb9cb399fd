"""What came of a release: of its checks on staging, and of production's rotation."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from berth_core.decisions import Refuse
from berth_core.model import Frozen, Time
from berth_core.naming import short_hash
from berth_core.outcomes import Trouble
from berth_core.releases import AskFirst, Checked, Measured, Promote, ReleaseOutcome, Rotated, Stage

LONGEST_SUMMARY = 512
"""What PutApprovalResult takes (aws-facts 4.10)."""
MOST_ROUNDS = 24
"""Looks at a production that another run is changing, five minutes apart, before the release gives up."""
PASSING = frozenset({"Busy", "InTransition", "BackingOff"})

Kind = Literal["passed", "promoted", "again", "failed"]
Verdict = tuple[str, str]
"""A code (empty: fine) and the reason."""


def _none_if_empty(given: Any) -> Any:
    return given or None


class ReleaseSoFar(Frozen):
    """How far a release has come. `trouble` is a step's failure; what wasn't reached yet is absent or empty.

    `run` names the release where nothing was decided.
    """

    decision: Annotated[Refuse | Stage | AskFirst | Promote | None, BeforeValidator(_none_if_empty)] = None
    staged: Annotated[Stage | None, BeforeValidator(_none_if_empty)] = None
    measured: Measured = Measured()
    rotated: Annotated[Rotated | None, BeforeValidator(_none_if_empty)] = None
    trouble: Trouble = Trouble()
    model: str
    run: str
    at: Time


def decide_release_outcome(so_far: ReleaseSoFar) -> ReleaseOutcome:
    """Total: whatever was reached, there is an outcome."""
    kind, code, reason = _judged(so_far)
    staged = so_far.staged
    return ReleaseOutcome(
        kind=kind,
        code=code,
        reason=reason,
        summary=_summary(so_far, code, reason),
        release_id=staged.id if staged else short_hash(so_far.run),
        model=so_far.model,
        place=staged.spec.place if staged else "",
        started_at=staged.started_at if staged else so_far.at,
        ended_at=so_far.at,
        checks=tuple(_line(number, each) for number, each in enumerate(so_far.measured.results, 1)),
    )


def _judged(so_far: ReleaseSoFar) -> tuple[Kind, str, str]:
    if so_far.trouble.error:
        return "failed", so_far.trouble.error, so_far.trouble.text
    if isinstance(so_far.decision, Refuse):
        return "failed", so_far.decision.code, so_far.decision.reason
    if so_far.rotated is not None:
        return _promoted(so_far.rotated)
    if so_far.staged is None:
        return "failed", "NothingChecked", "the release ended before anything was checked"
    code, reason = _checked(so_far.staged, so_far.measured)
    return ("failed" if code else "passed"), code, reason


def _checked(staged: Stage, measured: Measured) -> Verdict:
    wrong = [(number, each) for number, each in enumerate(measured.results, 1) if not each.passed]
    if wrong:
        number, first = wrong[0]
        more = f" ({len(wrong)} of {staged.checks} checks failed)" if len(wrong) > 1 else ""
        return "CheckFailed", f"check {number}: {first.reason}{more}"
    if len(measured.results) < staged.checks:
        return "ChecksMissing", f"only {len(measured.results)} of {staged.checks} checks were made"
    if not staged.checks:
        return "", f"{staged.spec.model} came up on {staged.spec.place}; the manifest has no checks"
    slowest = max(each.latency_ms for each in measured.results)
    return "", f"{_passed(staged.checks)} on {staged.spec.place}, the slowest in {slowest} ms"


def _passed(checks: int) -> str:
    return "1 check passed" if checks == 1 else f"{checks} checks passed"


def _promoted(rotated: Rotated) -> tuple[Kind, str, str]:
    """endpoint_rotate succeeds also where there was nothing to do: its own word says which it was."""
    if rotated.error:
        trouble = Trouble(Error=rotated.error, Cause=rotated.cause)
        return "failed", trouble.code, trouble.text
    kind, code = str(rotated.output.get("kind", "")), str(rotated.output.get("code", ""))
    reason = str(rotated.output.get("reason", "endpoint_rotate gave no reason"))
    if kind == "done" or (kind == "hold" and code == "AsWanted"):
        return "promoted", "", reason
    if kind == "lost" or code in PASSING:
        if rotated.rounds < MOST_ROUNDS:
            return "again", code or "Busy", reason
        return "failed", "ProductionBusy", f"production was busy at each of {rotated.rounds} looks: {reason}"
    return "failed", code or "NotPromoted", reason


def _summary(so_far: ReleaseSoFar, code: str, reason: str) -> str:
    """What fits into a pipeline's approval: the verdict first, then each check's time, as many as there is room for."""
    measured = so_far.measured
    text = f"{so_far.model}: {f'{code}: ' if code else ''}{reason}"
    if measured.first_ms is not None:
        text += f"; first answer after {measured.first_ms} ms"
    if measured.results:
        text += f"; latencies {', '.join(str(each.latency_ms) for each in measured.results)} ms"
    return text if len(text) <= LONGEST_SUMMARY else f"{text[: LONGEST_SUMMARY - 3]}..."


def _line(number: int, checked: Checked) -> str:
    return f"check {number}: {'passed' if checked.passed else checked.code}: {checked.reason}"
