"""How often the service called AWS (`make bench` prints it), and which calls are reads (idle wake-ups depend on it)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rehearsal.cloud import current
from rehearsal.lambdas.frames import running_frame
from rehearsal.task_locals import TaskLocal

_READ_PREFIXES = ("Describe", "List", "Get", "Query", "Scan", "BatchGet", "Head", "Search", "TransactGet", "Validate")
# Their names look like writes, and they change nothing that anybody can observe later.
_READS = frozenset({"ReceiveMessage", "FilterLogEvents", "InvokeEndpoint", "SelectObjectContent"})

_calls: Counter[tuple[str, str]] = Counter()
_thread = TaskLocal()


def calls() -> Counter[tuple[str, str]]:
    """Calls by (boto3's service name, operation) that handlers and state machines of the present cloud have made."""
    return _calls


def forget() -> None:
    """A new cloud counts from nought."""
    _calls.clear()


def is_read_only(operation: str) -> bool:
    """Whether an operation, as AWS writes it (DescribeEndpoint), leaves all state as it was."""
    return operation.startswith(_READ_PREFIXES) or operation in _READS


def leaves_a_trace(operation: str) -> bool:
    """Whether a call changes what the next look of a periodic wake-up could find.

    A function that is invoked makes changes by calls of its own; and of a periodic run itself, it is what it does that
    counts, and not that it ran.
    """
    return not (is_read_only(operation) or operation == "Invoke" or (operation == "StartExecution" and is_by_clock()))


def count(service: str, operation: str) -> None:
    """Attempts count: a retried call counts as often as it reached AWS."""
    if made_by_service() and not is_by_aws():
        _calls[service, operation] += 1


def made_by_service() -> bool:
    """Whether the call that is being made comes from a handler or a state machine, and not from a person or a test."""
    return running_frame() is not None or current().kernel.in_task()


def is_by_clock() -> bool:
    """Whether a schedule that fires again and again makes the call."""
    by: bool = _thread.get("by_clock", False)
    return by


@contextmanager
def by_clock(*, recurs: bool) -> Iterator[None]:
    """What a schedule starts. Only if it recurs: a one-time schedule happens once, and that is a change."""
    _thread.by_clock = recurs
    try:
        yield
    finally:
        _thread.by_clock = False


def is_by_aws() -> bool:
    """Whether one of AWS's own services makes the call."""
    by: bool = _thread.get("by_aws", False)
    return by


@contextmanager
def by_aws() -> Iterator[None]:
    """Calls that AWS's own services make for each other: they can fail, but the service did not make them."""
    outer = _thread.get("by_aws", False)
    _thread.by_aws = True
    try:
        yield
    finally:
        _thread.by_aws = outer
