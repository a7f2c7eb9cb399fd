"""`python -m tests.cloud`: prints each call that the suite would make, and makes none.

`--policy` prints the permissions that they need, `--open` the assumptions that they leave open.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator

from tests.cloud.assumptions import WHY_OPEN, open_rows, rows
from tests.cloud.calls import Call
from tests.cloud.checks import CHECKS
from tests.cloud.place import Place, finding

# Where IAM's name of an action isn't that of the operation.
ACTIONS = {"stepfunctions": "states", "sagemaker-runtime": "sagemaker"}
# Schedules name a role.
BESIDES = ("iam:PassRole",)


def planned(place: Place) -> Iterator[tuple[str, str, Call]]:
    """The check's name, what it confirms, and the call."""
    yield from (("place", "where the stack's things are", call) for call in finding(place.stack))
    yield from ((one.name, "; ".join(one.confirms), call) for one in CHECKS for call in one.calls(place))


def dry_run(place: Place) -> str:
    lines, heading = [], ""
    for name, confirms, call in planned(place):
        if name != heading:
            heading = name
            lines.append(f"\n{name}\n  confirms: {confirms}")
        lines.append(f"  {call}")
    calls = [call for *_, call in planned(place)]
    changing = sum(bool(call.changes) and not call.changes.startswith("nothing") for call in calls)
    lines.append(f"\n{len(calls)} calls, of which {changing} make or delete something; none was made.")
    return "\n".join(lines).lstrip()


def policy(place: Place) -> str:
    """An IAM policy with the actions of all calls."""
    actions = {f"{ACTIONS.get(call.service, call.service)}:{call.operation}" for *_, call in planned(place)}
    statement = {"Effect": "Allow", "Action": sorted(actions | set(BESIDES)), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def left_open() -> str:
    """By section of docs/fidelity.md, with what it would take."""
    lines, heading = [], ""
    found = open_rows(CHECKS)
    for row in found:
        if row.section != heading:
            heading = row.section
            lines.append(f"\n{heading}: {WHY_OPEN[heading]}")
        lines.append(f"  - {row.behaviour}")
    lines.append(f"\n{len(found)} of {sum(row.assumed for row in rows())} assumptions are asked by no check.")
    return "\n".join(lines).lstrip()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.cloud", description=__doc__)
    parser.add_argument("--stack", default="berth", help="the deployed stack's name")
    parser.add_argument("--region", default="us-east-1", help="its Region, as far as it is to be shown")
    parser.add_argument("--policy", action="store_true", help="print the IAM policy that the suite needs instead")
    parser.add_argument("--open", action="store_true", help="print the assumptions that no check asks about instead")
    given = parser.parse_args(arguments)
    place = Place(given.stack, given.region)
    print(policy(place) if given.policy else left_open() if given.open else dry_run(place))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
