"""A check: the calls that it makes, what they confirm, and the judgement of their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.cloud.calls import Call, guarded
from tests.cloud.place import Place, found


class NothingToSeeError(Exception):
    """This account has nothing that could confirm or refute the assumption: no plan, say."""


@dataclass(frozen=True)
class Answer:
    """What AWS said: a value, or the code and text of an error."""

    value: dict[str, Any]
    code: str = ""
    text: str = ""

    @property
    def refused(self) -> bool:
        return bool(self.code)


@dataclass(frozen=True)
class Check:
    """`confirms` are the rows of docs/fidelity.md, or the words of README or docs/aws-facts.md, that it is about.

    `unrehearsed` says why the local AWS can't be asked; empty if it can, and then it has to pass there too.
    """

    name: str
    confirms: tuple[str, ...]
    calls: Callable[[Place], list[Call]]
    judge: Callable[[Place, list[Answer]], None]
    unrehearsed: str = ""


ALL: list[Check] = []


def check(
    confirms: str | tuple[str, ...], calls: Callable[[Place], list[Call]], *, unrehearsed: str = ""
) -> Callable[[Callable[[Place, list[Answer]], None]], Check]:
    """Makes a check of a judgement, under the judgement's name."""

    def made(judge: Callable[[Place, list[Answer]], None]) -> Check:
        rows = (confirms,) if isinstance(confirms, str) else confirms
        one = Check(judge.__name__, rows, calls, judge, unrehearsed)
        ALL.append(one)
        return one

    return made


class Account:
    """Makes guarded calls. Credentials, Region and endpoint are those of the environment, as for the command line."""

    def __init__(self, region: str) -> None:
        self.region = region

    def place(self, stack: str) -> Place:
        return found(stack, self.region, self.ask)

    def ask(self, call: Call) -> dict[str, Any]:
        """Raises ClientError."""
        client = _client(call.service, self.region)
        methods = {operation: method for method, operation in client.meta.method_to_api_mapping.items()}
        answered: dict[str, Any] = getattr(client, methods[call.operation])(**call.parameters)
        return answered

    def answer(self, call: Call) -> Answer:
        try:
            return Answer(self.ask(call))
        except ClientError as error:
            return Answer({}, error.response["Error"]["Code"], error.response["Error"]["Message"])

    def run(self, one: Check, place: Place) -> list[Answer]:
        """All calls of a check in order. What undoes something is called even if nothing was there to undo."""
        return list(self._answers(one.calls(place)))

    def _answers(self, calls: list[Call]) -> Iterator[Answer]:
        undone = 0
        try:
            for call in calls:
                answer = self.answer(call)
                undone += call.undo
                yield answer
        finally:
            for call in [each for each in calls if each.undo][undone:]:
                self.answer(call)


@cache
def _client(service: str, region: str) -> Any:
    # No validation on this side: AWS's own is what is asked about.
    config = Config(retries={"mode": "standard", "total_max_attempts": 5}, parameter_validation=False)
    make: Any = boto3.client
    return guarded(make(service, region_name=region, config=config), service)
