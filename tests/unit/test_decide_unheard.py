"""Runs that died with their lease, or were stopped: what they had begun is told, once, and then all goes on."""

from datetime import timedelta
from typing import Any

import pytest

from berth_core.decide.deployment import decide_deployment
from berth_core.decide.intent import Intent
from berth_core.decide.unheard import begun_by, unheard_of
from berth_core.decisions import Change, Decision, Deploy, HandOver, Hold, Tidy
from berth_core.facts import Lease, Snapshot
from berth_core.recording import Happened, Recording, record
from tests.builders import END, START, attempt, endpoint, registration, snapshot

NOW = START + timedelta(hours=2)
LAPSED_AT = NOW - timedelta(minutes=5)
V2 = registration(model="my-model-v2")
RECONCILE = Intent(kind="reconcile")


def decided(seen: Snapshot) -> Change:
    decision = decide_deployment(seen, RECONCILE)
    assert isinstance(decision, Change)
    return decision


DEPLOYS = decided(snapshot(now=START + timedelta(hours=1)))
ROTATES = decided(snapshot(now=START + timedelta(hours=1), deployment=V2, endpoint=endpoint()))
TARGET = endpoint(V2).config_name
LEAVES = decided(snapshot(now=END - timedelta(hours=2), endpoint=endpoint()))


def left_by(decision: Decision, **over: Any) -> Lease:
    given = {"holder": "dead", "purpose": "endpoint_deploy", "expires_at": LAPSED_AT, "begun": begun_by(decision)}
    return Lease(**{**given, **over})


def reconciled(seen: Snapshot) -> tuple[Decision, Recording]:
    decision = decide_deployment(seen, RECONCILE)
    happened = Happened(
        deployment="llama-eval", machine="deployment_reconcile", now=seen.now, decision=decision, seen=seen
    )
    return decision, record(happened)


@pytest.mark.parametrize(
    ("begun", "over", "news", "reason"),
    [
        (DEPLOYS, {"endpoint": endpoint()}, "Endpoint Deployed", "is live after all"),
        (ROTATES, {"endpoint": endpoint(V2), "deployment": V2}, "Endpoint Rotated", "is live after all"),
        (DEPLOYS, {}, "Deployment Failed", "died; there is no endpoint"),
        (ROTATES, {"endpoint": endpoint(), "deployment": V2}, "Deployment Failed", "is InService"),
        (LEAVES, {"endpoint": endpoint()}, "Deployment Failed", "is InService"),
    ],
    ids=["came up", "rotated", "never came", "never rotated", "never left"],
)
def test_what_it_had_begun_is_told_before_anything_else(
    begun: Change, over: dict[str, Any], news: str, reason: str
) -> None:
    held, recording = reconciled(snapshot(now=NOW, lease=left_by(begun), **over))
    assert isinstance(held, Hold)
    assert (held.code, held.next_at) == ("RunDied", NOW)
    assert held.reason.startswith("a run of endpoint_deploy died with its lease, which lapsed at 2026-03-03 13:25 UTC")
    [told] = recording.announcements
    assert told.detail_type == news
    assert reason in told.detail["reason"]
    assert recording.outcome is not None
    assert (recording.outcome.decision_id, recording.outcome.code) == (begun.id, "RunDied")


@pytest.mark.parametrize(
    ("lease", "over"),
    [
        (left_by(DEPLOYS, expires_at=NOW + timedelta(minutes=1)), {}),
        (left_by(DEPLOYS, begun=None), {}),
        (left_by(DEPLOYS), {"attempts": (attempt(kind="deploy", decision_id=DEPLOYS.id),)}),
        (None, {}),
    ],
    ids=["alive", "nothing begun", "told already", "no lease"],
)
def test_what_is_heard_of_otherwise_is_not_told(lease: Lease | None, over: dict[str, Any]) -> None:
    seen = snapshot(now=NOW, endpoint=endpoint(), lease=lease, **over)
    assert unheard_of(seen) is None
    decision, _ = reconciled(seen)
    assert getattr(decision, "code", "") != "RunDied"


def test_a_machine_that_was_stopped_under_our_own_lease_is_told_of_by_us() -> None:
    ours = left_by(DEPLOYS, holder="me", expires_at=NOW + timedelta(minutes=14))
    held, recording = reconciled(snapshot(now=NOW, holder="me", endpoint=endpoint(), lease=ours))
    assert isinstance(held, Hold)
    assert held.reason.startswith("a run of endpoint_deploy ended and told nothing: it was at ")
    assert [each.detail_type for each in recording.announcements] == ["Endpoint Deployed"]


@pytest.mark.parametrize(
    ("status", "holder", "untold"),
    [("Creating", "me", True), ("InService", "me", False), ("Creating", "dead", False)],
    ids=["under way", "told now", "of another's lease"],
)
def test_what_our_own_lease_holds_untold_is_not_given_back_with_it(status: str, holder: str, *, untold: bool) -> None:
    ours = left_by(DEPLOYS, holder=holder)
    _, recording = reconciled(snapshot(now=NOW, holder="me", endpoint=endpoint(status=status), lease=ours))
    assert recording.untold is untold


def handed_over(begun: Decision, **over: Any) -> tuple[Decision, Recording]:
    """By a hand-over that has the lease, and with it what was begun under it."""
    lease = left_by(begun, holder="me", purpose="window_handover", urgent=True, expires_at=END)
    seen = snapshot(now=END - timedelta(hours=2), holder="me", lease=lease, **over)
    decision = decide_deployment(seen, Intent(kind="hand_over", by_hand=False))
    return decision, record(
        Happened(deployment="llama-eval", machine="window_handover", now=seen.now, decision=decision, seen=seen)
    )


@pytest.mark.parametrize(
    ("live", "news"),
    [(V2, "Endpoint Rotated"), (registration(), "Deployment Failed")],
    ids=["it came in time", "it never came"],
)
def test_a_hand_over_that_took_the_lease_tells_of_whom_it_stopped_first(live: Any, news: str) -> None:
    held, recording = handed_over(ROTATES, endpoint=endpoint(live), deployment=V2)
    assert isinstance(held, Hold)
    assert (held.code, held.reason) == ("RunDied", f"the run that was stopped told nothing: it was at {TARGET}")
    assert [each.detail_type for each in recording.announcements] == [news]
    done = attempt(kind="rotate", decision_id=ROTATES.id)
    after, _ = handed_over(ROTATES, endpoint=endpoint(live), deployment=V2, attempts=(done,))
    assert isinstance(after, HandOver)


def test_a_hand_over_does_not_take_itself_for_dead() -> None:
    decision, _ = handed_over(LEAVES, endpoint=endpoint())
    assert isinstance(decision, HandOver)


def test_a_part_of_the_change_itself_does_not_tell_of_it() -> None:
    ours = left_by(DEPLOYS, holder="me", expires_at=NOW + timedelta(minutes=14))
    seen = snapshot(now=NOW, holder="me", endpoint=endpoint(), lease=ours)
    hold = decide_deployment(seen, Intent(kind="scale", by_hand=False))
    happened = Happened(deployment="llama-eval", machine="components_scale", now=NOW, decision=hold, seen=seen)
    assert [each.detail_type for each in record(happened).announcements if each.detail_type != "Decision Held"] == []


@pytest.mark.parametrize(
    ("on_remove", "over", "news"),
    [
        ("delete", {}, ["Handover Completed"]),
        ("keep", {"endpoint": endpoint()}, ["Deployment Failed"]),
        ("keep", {"endpoint": endpoint(status="Updating")}, []),
    ],
    ids=["gone", "kept", "under way"],
)
def test_it_is_told_although_nobody_manages_the_endpoint_any_more(
    on_remove: str, over: dict[str, Any], news: list[str]
) -> None:
    removed = registration({"removed_at": NOW - timedelta(minutes=20)}, on_remove=on_remove)
    closing = END - timedelta(minutes=62)
    only_deletes = registration(end_of_window={"ladder": ["delete"]})
    deletes = decided(snapshot(now=closing, endpoint=endpoint(), deployment=only_deletes))
    _, recording = reconciled(snapshot(now=NOW, deployment=removed, lease=left_by(deletes), **over))
    assert [each.detail_type for each in recording.announcements if each.detail_type != "Decision Held"] == news


def test_while_its_change_goes_on_nobody_knows_what_comes_of_it() -> None:
    seen = snapshot(now=NOW, endpoint=endpoint(status="Creating"), lease=left_by(DEPLOYS))
    held, recording = reconciled(seen)
    assert isinstance(held, Hold)
    assert (held.code, recording.announcements) == ("InTransition", ())


def test_a_deletion_that_nobody_saw_the_end_of_is_tidied_up_after() -> None:
    closing = END - timedelta(minutes=62)
    deletes = decided(
        snapshot(now=closing, endpoint=endpoint(), deployment=registration(end_of_window={"ladder": ["delete"]}))
    )
    seen = snapshot(now=NOW, lease=left_by(deletes))
    _, recording = reconciled(seen)
    assert [each.detail_type for each in recording.announcements] == ["Handover Completed"]
    assert recording.outcome is not None
    done = attempt(kind="hand_over", target="delete", decision_id=deletes.id, code=recording.outcome.code)
    manifest_gone = registration(reservation={"plans": ["p5-other"], "instance_type": "ml.p5.48xlarge"})
    after = decide_deployment(snapshot(now=NOW, attempts=(done,), deployment=manifest_gone), Intent(kind="rotate"))
    assert isinstance(after, Tidy)


def test_what_died_is_tried_again_at_once() -> None:
    died = attempt(kind="deploy", target=endpoint().config_name, done=False, code="RunDied", decision_id=DEPLOYS.id,
                   ended_at=NOW)  # fmt: skip
    assert decided(snapshot(now=NOW, attempts=(died,))).kind == "deploy"


def test_all_that_is_remembered_of_an_attempt_is_kept_from_the_start() -> None:
    assert isinstance(LEAVES, HandOver)
    kept = begun_by(LEAVES)
    assert kept is not None
    assert (kept.rung, kept.left) == (LEAVES.rung, LEAVES.left)
    assert kept.left is not None
    assert isinstance(DEPLOYS, Deploy)
    made = begun_by(DEPLOYS)
    assert made is not None
    assert made.config is not None
    assert (made.config.name, made.config.plan_arn) == (DEPLOYS.config.name, DEPLOYS.config.plan_arn)
    assert (made.rung, made.left) == (None, None)


def test_what_scales_or_tidies_up_leaves_nothing_to_be_told() -> None:
    assert begun_by(Tidy(id="llama-eval-tidy-1", reason="left over", started_at=NOW)) is None
    assert begun_by(None) is None
