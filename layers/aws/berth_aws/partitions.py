"""The ledger's partitions: rows that are read together stand together, so that one query reads them.

| pk | sk | row |
|---|---|---|
| `watched` | `deployment#<name>` | manifest in force, what was asked by hand, when to look again, the last hold |
| `watched` | `plan#<name>` | the plan as the last watch saw it, the lead times told |
| `watched` | `schedule#<name>` | when a one-time schedule that was made fires |
| `watched` | `refusal#<key>` | the mark that an object had when it was refused as a manifest |
| `deployment#<name>` | `attempt#<time>#<decision>` | what came of one change |
| `deployment#<name>` | `lease` | who may change the endpoint, until when |
| `deployment#<name>` | `stay#<time>` | one stay on on-demand instances |
| `history#<name>` | `decision#<time>` | a hold or a refusal, each time the reason changes |
| `history#<name>` | `release#<time>#<id>` | what was measured of a release on staging, and what came of it |
| `history#<name>` | `release#<time>#<id>#approval` | who was asked what of it, until when, and what was answered |
| `history#<name>` | `version#<time>#<id>` | a manifest as it came |
| `components#<name>` | `gap#<time>` | a time in which nobody called its components, and when it was parked |
| `components#<name>` | `specification#<component>` | what a component was before it was deleted to be made anew |
| `history#<name>` | `told#<what>` | the run that told what is told only once |
| `queue#<plan>` | name of a deployment | it waits for instances of the plan, until when it has looked again |
| `waiters` | `<endpoint>#<hash of the holder>` | an execution that waits |
| `sweeps` | `<time>#<execution>` | what a sweep repaired, or could not |

`watched` is what the watch reads (`overview.py`). `deployment#<name>` is what a decision reads (`standing.py`), from
its end: stays and lease first, then the newest attempts. So what a decision has to know in full sorts behind
`attempt#`, and what only people read goes into `history#<name>`.
"""

WATCHED = "watched"
WAITERS = "waiters"
SWEEPS = "sweeps"


def of_deployment(deployment: str) -> str:
    return f"deployment#{deployment}"


def history_of(deployment: str) -> str:
    return f"history#{deployment}"


def components_of(deployment: str) -> str:
    return f"components#{deployment}"


def queue_for(plan: str) -> str:
    return f"queue#{plan}"
