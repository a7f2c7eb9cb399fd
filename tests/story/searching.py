"""Looks for credentials and tokens in all that a cloud wrote down while something ran on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from moto.logs.models import logs_backends
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from rehearsal.cloud import CREDENTIALS, Cloud
from rehearsal.codepipeline.doing import ARTIFACT_CREDENTIALS

SECRETS = frozenset({*CREDENTIALS.values(), *ARTIFACT_CREDENTIALS.values()})
_TOKENS = ("token", "taskToken", "TaskToken")


@dataclass
class Searched:
    """What was found: `leaks` are readable lines. `characters` were looked through; `tokens` were there to be found."""

    leaks: list[str] = field(default_factory=list)
    characters: dict[str, int] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

    @contextmanager
    def watching(self, cloud: Cloud) -> Iterator[None]:
        """Learns each token that a function is given, and looks for all of them at the end."""
        cloud.lambdas.answered.append(lambda _name, event, _answer: self.tokens.update(_tokens_in(event)))
        yield
        self._look("log", _logs(cloud), SECRETS | self.tokens)
        # Step Functions itself writes a task's token into its history, as a part of what the task is given.
        self._look("history", _histories(cloud), SECRETS)
        told = (f"{entry.subject} {entry.text} {entry.more}" for entry in cloud.timeline)
        self._look("timeline", (("timeline", text) for text in told), SECRETS)

    def _look(self, kind: str, texts: Iterator[tuple[str, str]], wanted: frozenset[str] | set[str]) -> None:
        for where, text in texts:
            self.characters[kind] = self.characters.get(kind, 0) + len(text)
            self.leaks += [f"{kind} of {where}: {secret[:40]}" for secret in wanted if secret in text]


def _logs(cloud: Cloud) -> Iterator[tuple[str, str]]:
    """What functions printed, and whatever else came into CloudWatch Logs."""
    groups = logs_backends[cloud.settings.account_id][cloud.settings.region].groups
    for name, group in groups.items():
        for stream in group.streams.values():
            yield name, "\n".join(event.message for event in stream.events)
    for line in cloud.lambdas.logs:
        yield line.function_name, line.text


def _histories(cloud: Cloud) -> Iterator[tuple[str, str]]:
    """Of every execution: what a machine's log has with Level ALL and IncludeExecutionData, and more."""
    backend = stepfunctions_parser_backends[cloud.settings.account_id][cloud.settings.region]
    for machine in backend.state_machines:
        for execution in machine.executions:
            events = execution.exec_worker.env.event_manager.get_event_history() if execution.exec_worker else ()
            yield machine.name, json.dumps(list(events), default=str)


def _tokens_in(event: Any) -> Iterator[str]:
    if isinstance(event, list):
        for item in event:
            yield from _tokens_in(item)
    elif isinstance(event, dict):
        yield from (value for key in _TOKENS if isinstance(value := event.get(key), str) and value)
        for member in event.values():
            yield from _tokens_in(member)
