"""The real functions behind the real rules of the template, and what became of what was thrown at them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from moto.events.models import events_backends

from rehearsal.delivery import bus
from tests.machine.site import NAME, Site

SEES = ("Describe", "List", "Get", "Search", "Invoke")


@dataclass(frozen=True)
class Answered:
    """What a function answered, or the class of its error and its words; and what it wrote into its log."""

    value: Any
    error: str
    words: str
    log: str


class Target:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.cloud = site.cloud
        self._lambda = site.cloud.client("lambda")
        self.bucket = site.outputs["ManifestBucket"]
        self.account = site.cloud.settings.account_id
        self.region = site.cloud.settings.region

    def invoke(self, function: str, event: Any) -> Answered:
        """As Lambda would: JSON in, JSON out."""
        answer = self._lambda.invoke(FunctionName=f"berth-{function}", Payload=json.dumps(event).encode())
        value = json.loads(answer["Payload"].read())
        log = self.cloud.lambdas.logs[-1].text
        if answer.get("FunctionError"):
            return Answered(None, value["errorType"], value["errorMessage"], log)
        return Answered(value, "", "", log)

    def matched(self, event: dict[str, Any], on: str = "default") -> list[str]:
        """The names of the template's rules that take this event, without the stack's."""
        backend = events_backends[self.account][self.region]
        rules = backend.describe_event_bus(on).rules.values()
        return sorted(rule.name.removeprefix("berth-") for rule in rules if rule.event_pattern.matches_event(event))

    def arrive(self, event: dict[str, Any]) -> list[str]:
        """An event on the default bus, from wherever. The functions that it set off, by name."""
        before = len(self.cloud.lambdas.logs)
        bus.accept(events_backends[self.account][self.region].describe_event_bus("default"), event)
        self.cloud.kernel.settle()
        return [line.function_name.removeprefix("berth-") for line in self.cloud.lambdas.logs[before:]]

    def changes(self) -> list[str]:
        """The calls so far of functions and machines that changed something of SageMaker's."""
        asked = [use.asked.action.partition(":") for use in self.cloud.guard.uses]
        return [name for service, _, name in asked if service == "sagemaker" and not name.startswith(SEES)]

    def errors(self) -> list[str]:
        """What failed in any function so far."""
        return [f"{entry.subject}: {entry.text}" for entry in self.cloud.timeline if entry.kind == "error"]

    def mails(self) -> list[str]:
        """What was published to the topics so far."""
        return [entry.text for entry in self.cloud.timeline if entry.kind == "notification"]

    def serves(self) -> bool:
        described = self.site.sagemaker.describe_endpoint(EndpointName=NAME)
        return bool(described["EndpointStatus"] == "InService")
