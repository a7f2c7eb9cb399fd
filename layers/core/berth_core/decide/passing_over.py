"""What rotation leaves to a person has had its turn: nobody may come by while the window is paid for."""

from collections import Counter
from collections.abc import Iterator

from berth_core.decide.forbidding import RUN_DIED, TRIES
from berth_core.decide.making_room import UNFINISHED, recreation
from berth_core.decide.rollback_alarms import ROLLED_BACK_BY_ALARM
from berth_core.facts import Attempt, Snapshot

UNTOLD = (UNFINISHED, RUN_DIED)


def given_up_for(seen: Snapshot, model: str) -> str:
    """The code of what made rotation give the model up under the manifest in force; empty if it hasn't.

    By rotation's own rules, but a success with another model takes nothing back: else the turns would go in circles.
    """
    if _runs(seen, model):
        return ""
    failures = list(_failures(seen, model))
    judged = [each for each in failures if each.code == ROLLED_BACK_BY_ALARM]
    with_a_gap = [each for each in failures if each.rung == "recreate" and _is_over(seen, each)]
    tries = Counter(each.target for each in failures if each.code != RUN_DIED)
    often = [each for each in failures if tries[each.target] >= TRIES]
    return next((each.code for each in (*judged, *with_a_gap, *often)), "")


def _runs(seen: Snapshot, model: str) -> bool:
    endpoint = seen.endpoint
    if endpoint is None or endpoint.config is None or endpoint.status == "Failed":
        return False
    return endpoint.config.model == model


def _failures(seen: Snapshot, model: str) -> Iterator[Attempt]:
    """Failed rotations to it, newest first, up to when it last came up."""
    for attempt in seen.attempts:
        if attempt.ended_at < seen.deployment.registered_at:
            return
        if attempt.config is None or attempt.config.model != model:
            continue
        if attempt.done:
            return
        if attempt.kind == "rotate":
            yield attempt


def _is_over(seen: Snapshot, recreated: Attempt) -> bool:
    """While what was deleted is made anew, nobody knows what will have come of it."""
    return recreated.code not in UNTOLD or recreation(seen) is None
