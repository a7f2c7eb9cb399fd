"""The bought plans: their timers, what their changes set off, and the operations that read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker.arns import kind_and_name
from rehearsal.sagemaker.paging import ordered, page, with_token
from rehearsal.sagemaker.plan_changes import PlanChange, changed, told
from rehearsal.sagemaker.plan_views import PlanViews
from rehearsal.sagemaker.plans import Block, Extension, Plan, paid_at, plan_status, turning_points, usable_block
from rehearsal.sagemaker.refusals import NotFoundError

if TYPE_CHECKING:
    from rehearsal.sagemaker.twin import Twin
    from rehearsal.timers import Timer


class PlanBook:
    """All plans by name, in order of purchase."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self._plans: dict[str, Plan] = {}
        self._timers: dict[str, list[Timer]] = {}
        self._seen: dict[str, tuple[str, int | None]] = {}
        self.views = PlanViews(twin.arns, twin.timings, lambda: twin.now, twin.capacity.in_use_of_plan)

    # What others ask

    def get(self, name: str) -> Plan | None:
        return self._plans.get(name)

    def all(self) -> list[Plan]:
        return list(self._plans.values())

    def by_arn(self, arn: str) -> Plan | None:
        kind, name = kind_and_name(arn)
        plan = self._plans.get(name) if kind == "training-plan" else None
        return plan if plan is not None and plan.arn == arn else None

    def status(self, plan: Plan) -> str:
        return plan_status(plan, self._twin.now, self._twin.timings)

    def size_for_launch(self, name: str) -> int:
        """How many instances the plan's reservation offers now, used ones included."""
        plan = self._plans[name]
        return plan.instance_count if usable_block(plan, self._twin.now, self._twin.timings) is not None else 0

    # What changes plans

    def add(self, plan: Plan) -> None:
        self._plans[plan.name] = plan
        self._look(plan.name)
        self._set_timers(plan)

    def change(self, change: PlanChange) -> None:
        plan = self._plans.get(change.plan)
        if plan is None:
            known = ", ".join(self._plans) or "none: buy one first"
            raise ValueError(f"plan: {change.plan!r} doesn't exist; bought plans: {known}")
        self._plans[plan.name] = changed(plan, change)
        self._twin.journal.record("state", _subject(plan.name), told(change))
        self._look(plan.name)
        self._set_timers(self._plans[plan.name])
        self._twin.cloud.touched()

    def add_extension(self, plan: Plan, extension: Extension, *, at_once: bool = False) -> None:
        """The plan's end moves when the extension is paid; or at the purchase (Settings.extension_moves_end)."""
        self._plans[plan.name] = replace(plan, extensions=(*plan.extensions, extension))
        due = paid_at(extension.bought_at, self._twin.timings)
        if at_once:
            self._extend(plan.name, extension)
        elif not extension.payment_fails:
            label = f"extension of plan {plan.name} paid"
            self._twin.kernel.at(due, lambda: self._extend(plan.name, extension), label, reads_clock=False)
        self._set_timers(self._plans[plan.name])

    def _extend(self, name: str, extension: Extension) -> None:
        plan = self._plans[name]
        last = plan.blocks[-1]
        end = last.end + (extension.end - extension.start)
        self._plans[name] = plan.with_block(len(plan.blocks) - 1, Block(last.start, end, last.zone, last.forced))
        self._twin.journal.record("state", _subject(name), f"extended to {end:%Y-%m-%d %H:%M} UTC", end=_iso(end))
        self._look(name)
        self._set_timers(self._plans[name])

    # The clock

    def _set_timers(self, plan: Plan) -> None:
        for timer in self._timers.get(plan.name, []):
            timer.cancel()
        moments = sorted({when for when in turning_points(plan, self._twin.timings) if when > self._twin.now})
        label = f"plan {plan.name}"
        self._timers[plan.name] = [
            self._twin.kernel.at(when, lambda: self._look(plan.name), label, reads_clock=False) for when in moments
        ]

    def _look(self, name: str) -> None:
        """See what the clock or a change has done to the plan, and do what follows from it."""
        plan = self._plans[name]
        status = self.status(plan)
        block = usable_block(plan, self._twin.now, self._twin.timings)
        before, block_before = self._seen.get(name, ("", None))
        self._seen[name] = (status, block)
        if status != before:
            text = f"{before} to {status}" if before else status
            self._twin.journal.record("state", _subject(name), text, status=status)
            self._twin.history.plan_status(name, status)
        if block_before is not None and block != block_before:
            self._twin.endpoints.capacity_gone(plan.name)
        if (status, block) != (before, block_before):
            self._twin.cloud.touched()

    # Operations

    def describe(self, request: dict[str, Any]) -> dict[str, Any]:
        asked: str = request["TrainingPlanName"]
        plan = self.by_arn(asked) if asked.startswith("arn:") else self._plans.get(asked)
        if plan is None:
            raise NotFoundError(f"Training plan {asked} not found.")
        return self.views.described(plan)

    def list(self, request: dict[str, Any]) -> dict[str, Any]:
        """Ten a page in order of their start, unless asked otherwise (assumption: AWS documents no default)."""
        summaries = [self.views.summary(plan) for plan in self._plans.values()]
        kept = [each for each in summaries if _wanted(each, request)]
        key = request.get("SortBy", "StartTime")
        found, token = page(ordered(kept, lambda each: each[key], request, default="Ascending"), request)
        return with_token({"TrainingPlanSummaries": found}, token)

    def describe_reserved_capacity(self, request: dict[str, Any]) -> dict[str, Any]:
        arn: str = request["ReservedCapacityArn"]
        for plan in self._plans.values():
            for index in range(len(plan.blocks)):
                if self._twin.arns.reserved_capacity(plan.name, index) == arn:
                    return self.views.reserved_capacity(plan, index)
        raise NotFoundError(f"Reserved capacity {arn} not found.")

    def extension_history(self, request: dict[str, Any]) -> dict[str, Any]:
        plan = self.by_arn(request["TrainingPlanArn"])
        if plan is None:
            raise NotFoundError(f"Training plan {request['TrainingPlanArn']} not found.")
        found, token = page(list(plan.extensions), request)
        return with_token({"TrainingPlanExtensions": [self.views.extension(each) for each in found]}, token)


def _wanted(summary: dict[str, Any], request: dict[str, Any]) -> bool:
    statuses = [each["Value"] for each in request.get("Filters", []) if each["Name"] == "Status"]
    after = request.get("StartTimeAfter")
    before = request.get("StartTimeBefore")
    return (
        all(summary["Status"] == status for status in statuses)
        and (after is None or summary["StartTime"] > after)
        and (before is None or summary["StartTime"] < before)
    )


def _subject(name: str) -> str:
    return f"training-plan/{name}"


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
