"""Holds what a scenario expects against what is there, in the cloud and on its timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.cloud import Cloud
from rehearsal.expectations import (
    ComponentIs,
    DecisionIs,
    EndpointIs,
    EventIs,
    ExecutionIs,
    Expectation,
    FaultIs,
    LeadIs,
    OnDemandIs,
    PipelineIs,
    PurchasedIs,
)
from rehearsal.figures import DeploymentFigures, figures, left_early_minutes
from rehearsal.run import Run, Verdict
from rehearsal.timeline import Entry

Found = tuple[str, bool, str]
"""What was expected, whether it held, what was found."""


class Judge:
    """`look` gives the run as it stands now, for expectations about figures."""

    def __init__(self, cloud: Cloud, outputs: dict[str, str], look: Callable[[], Run]) -> None:
        self._cloud = cloud
        self._outputs = outputs
        self._look = look

    def all(self, expectations: Iterable[Expectation]) -> list[Verdict]:
        """A verdict on each, in order."""
        return [self._verdict(each) for each in expectations]

    def machine_arn(self, machine: str) -> str:
        """A state machine by its name in the design. KeyError names the missing output if it isn't deployed."""
        name = "".join(part.capitalize() for part in machine.split("_"))
        return self._outputs[f"{name}StateMachineArn"]

    def _verdict(self, expectation: Expectation) -> Verdict:
        judge: Callable[[Any], Found] = getattr(self, f"_{expectation.check}")
        expected, held, found = judge(getattr(expectation, expectation.check))
        return Verdict(self._cloud.now, expected, held, found)

    # Requests

    def _failed_requests(self, allowed: int) -> Found:
        run = self._look()
        failed = figures(run).failed
        return f"{allowed or 'no'} failed requests", failed == allowed, f"{failed}; {'; '.join(run.first_failures)}"

    def _failed_requests_at_most(self, allowed: int) -> Found:
        failed = figures(self._look()).failed
        return f"at most {allowed:,} failed requests", failed <= allowed, f"{failed:,}"

    def _served_requests_at_least(self, wanted: int) -> Found:
        served = figures(self._look()).served
        return f"at least {wanted:,} requests served", served >= wanted, f"{served:,}"

    # Endpoints and configs

    def _endpoint(self, wanted: EndpointIs) -> Found:
        seen = self._endpoint_seen(wanted.name)
        asked = {key: value for key, value in wanted.model_dump(exclude={"name"}).items() if value is not None}
        text = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in asked.items() if key != "state")
        expected = (
            f"endpoint {wanted.name} {wanted.state}{f' with {text}' if text and wanted.state != 'absent' else ''}"
        )
        differing = {key: seen.get(key) for key, value in asked.items() if seen.get(key) != value}
        return expected, not differing, ", ".join(f"{key} {value}" for key, value in differing.items())

    def _component(self, wanted: ComponentIs) -> Found:
        seen = self._component_seen(wanted.name)
        asked = {key: value for key, value in wanted.model_dump(exclude={"name"}).items() if value is not None}
        text = ", ".join(f"{key} {value}" for key, value in asked.items() if key != "state")
        differing = {key: seen.get(key) for key, value in asked.items() if seen.get(key) != value}
        expected = f"component {wanted.name} {wanted.state}{f' with {text}' if text else ''}"
        return expected, not differing, ", ".join(f"{key} {value}" for key, value in differing.items())

    def _component_seen(self, name: str) -> dict[str, Any]:
        try:
            component = self._cloud.client("sagemaker").describe_inference_component(InferenceComponentName=name)
        except ClientError:
            return {"state": "absent"}
        targets = self._cloud.client("application-autoscaling").describe_scalable_targets(
            ServiceNamespace="sagemaker", ResourceIds=[f"inference-component/{name}"]
        )["ScalableTargets"]
        return {
            "state": component["InferenceComponentStatus"],
            "copies": component["RuntimeConfig"]["CurrentCopyCount"],
            "suspended": any(target["SuspendedState"]["DynamicScalingOutSuspended"] for target in targets),
        }

    def _endpoint_seen(self, name: str) -> dict[str, Any]:
        sagemaker = self._cloud.client("sagemaker")
        try:
            endpoint = sagemaker.describe_endpoint(EndpointName=name)
        except ClientError:
            return {"state": "absent"}
        config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
        variant = config["ProductionVariants"][0]
        plan = variant.get("CapacityReservationConfig", {}).get("MlReservationArn", "").rpartition("/")[2]
        return {
            "state": endpoint["EndpointStatus"],
            "model": variant.get("ModelName"),
            "instance_type": variant.get("InstanceType"),
            "instance_count": sum(each["DesiredInstanceCount"] for each in endpoint["ProductionVariants"]),
            "placement": "reserved" if plan else "on_demand",
            "plan": plan or None,
        }

    def _configs_left(self, wanted: int) -> Found:
        listed = self._cloud.client("sagemaker").list_endpoint_configs()["EndpointConfigs"]
        names = [config["EndpointConfigName"] for config in listed]
        return f"{wanted or 'no'} endpoint configs left", len(names) == wanted, ", ".join(names) or "none"

    # What Berth said and did

    def _decision(self, wanted: DecisionIs) -> Found:
        decisions = [entry for entry in self._cloud.timeline if entry.kind == "decision"]
        mine = [entry for entry in decisions if _concerns(entry, wanted.deployment)]
        right = [
            entry
            for entry in mine
            if wanted.kind in (None, entry.more.get("decision"))
            and wanted.code in (None, entry.more.get("code"))
            and wanted.containing in entry.text
        ]
        words = " ".join(word for word in (wanted.kind or "a decision", wanted.code) if word)
        expected = f"{wanted.deployment}: {words}, because {wanted.containing!r}"
        return expected, bool(right), f"{len(mine)} other decisions: {_last_texts(mine)}"

    def _decision_held(self, wanted: DecisionIs) -> Found:
        return self._decision(wanted.model_copy(update={"kind": "hold"}))

    def _event(self, wanted: EventIs) -> Found:
        told = [
            entry for entry in self._cloud.timeline if entry.kind == "event" and wanted.detail_type in _words(entry)
        ]
        right = [
            entry
            for entry in told
            if (wanted.deployment is None or _concerns(entry, wanted.deployment)) and wanted.containing in _words(entry)
        ]
        about = f" for {wanted.deployment}" if wanted.deployment else ""
        saying = f" saying {wanted.containing!r}" if wanted.containing else ""
        expected = f"{_times(wanted.times)}: {wanted.detail_type}{about}{saying}"
        return expected, _as_often(len(right), wanted.times), f"{len(right)} such; {_last_texts(told)}"

    def _execution(self, wanted: ExecutionIs) -> Found:
        states = self._cloud.client("stepfunctions")
        listed = states.list_executions(stateMachineArn=self.machine_arn(wanted.machine), statusFilter=wanted.status)
        described = [states.describe_execution(executionArn=each["executionArn"]) for each in listed["executions"]]
        ends = [f"{each.get('error', '')}: {each.get('cause', '')}{each.get('output', '')}" for each in described]
        right = [end for end in ends if wanted.containing in end]
        saying = f" with {wanted.containing!r}" if wanted.containing else ""
        expected = f"{_times(wanted.times)}: {wanted.machine} {wanted.status}{saying}"
        return expected, _as_often(len(right), wanted.times), f"{len(right)} such; {'; '.join(ends[-2:])}"

    def _pipeline(self, wanted: PipelineIs) -> Found:
        client = self._cloud.client("codepipeline")
        runs = client.list_pipeline_executions(pipelineName=wanted.name)["pipelineExecutionSummaries"]
        status = runs[0]["status"] if runs else "never started"
        told = [entry.text for entry in self._cloud.timeline if entry.subject == f"pipeline/{wanted.name}"]
        said = any(wanted.containing in text for text in told)
        saying = f" saying {wanted.containing!r}" if wanted.containing else ""
        return f"pipeline {wanted.name} {wanted.status}{saying}", status == wanted.status and said, f"{status}; {told}"

    def _fault_struck(self, wanted: FaultIs) -> Found:
        struck = [entry for entry in self._cloud.timeline if entry.kind == "fault" and wanted.on in _words(entry)]
        expected = f"the fault on {wanted.on} struck {wanted.at_least} times or more"
        return expected, len(struck) >= wanted.at_least, f"{len(struck)} times"

    def _purchased(self, wanted: PurchasedIs) -> Found:
        sold = [entry.more["upfront_fee_usd"] for entry in self._cloud.timeline if entry.kind == "purchase"]
        usd = f"{sum(map(Decimal, sold), Decimal(0)):.2f}"
        plans = len(self._cloud.sagemaker.plans.all())
        return (
            f"{wanted.plans} plans sold, {wanted.usd} USD",
            (plans, usd) == (wanted.plans, wanted.usd),
            f"{plans}, {usd} USD",
        )

    # Figures

    def _on_demand(self, wanted: OnDemandIs) -> Found:
        found = self._figures_of(wanted.deployment)
        hours = found.on_demand_hours
        held = [
            wanted.hours_at_most is None or hours <= wanted.hours_at_most,
            wanted.hours_at_least is None or hours >= wanted.hours_at_least,
            wanted.usd_at_most is None
            or (found.on_demand_usd is not None and found.on_demand_usd <= wanted.usd_at_most),
        ]
        asked = wanted.model_dump(exclude={"deployment"}, exclude_none=True)
        limits = ", ".join(f"{key.replace('_', ' ')} {value:g}" for key, value in asked.items())
        return f"{wanted.deployment} on demand: {limits}", all(held), f"{hours:.2f} h, {found.on_demand_usd} USD"

    def _minutes_past_end(self, allowed: float) -> Found:
        found = figures(self._look()).minutes_past_end
        return f"{allowed:g} minutes past the end of a plan", found <= allowed, f"{found:.1f}"

    def _left_plan(self, wanted: LeadIs) -> Found:
        run = self._look()
        found = left_early_minutes(run, wanted.endpoint, run.plan(wanted.plan))
        expected = f"{wanted.endpoint} off {wanted.plan} at least {wanted.minutes_at_least:g} minutes before its end"
        held = found is not None and found >= wanted.minutes_at_least
        return expected, held, "never there, or still there" if found is None else f"{found:.1f} minutes"

    def _figures_of(self, deployment: str) -> DeploymentFigures:
        found = figures(self._look()).deployments
        empty = DeploymentFigures(deployment, 0, 0, 0.0, 0.0, None, 0.0, None)
        return next((each for each in found if each.deployment == deployment), empty)


def _words(entry: Entry) -> str:
    return " ".join([entry.subject, entry.text, *(str(value) for value in entry.more.values())])


def _concerns(entry: Entry, deployment: str) -> bool:
    return deployment in (entry.more.get("deployment"), entry.subject, entry.subject.partition("/")[2])


def _times(times: int | None) -> str:
    return "at least once" if times is None else f"{times} times"


def _as_often(found: int, wanted: int | None) -> bool:
    return found > 0 if wanted is None else found == wanted


def _last_texts(entries: list[Entry]) -> str:
    return "; ".join(entry.text for entry in entries[-3:]) or "none"
