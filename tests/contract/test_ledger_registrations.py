"""Registrations, in DynamoDB and in the fake: the later look wins, and a new version starts afresh."""

from datetime import UTC, datetime, timedelta

from berth_aws.ledger import Ledger
from berth_aws.registrations import LastHold, Noted
from berth_core.facts import Override
from tests.builders import END, manifest

NAME = "llama-eval"
NOW = datetime(2026, 3, 3, 11, 30, 0, 250_000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class TestRegistrations:
    def test_what_is_registered_comes_back_whole(self, ledger: Ledger) -> None:
        written = manifest(hold_until="2026-12-01T08:00:00Z", tags={"team": "nlp"}, rollout={"alarms": ["llama-5xx"]})
        assert ledger.registrations.register(written, "v1", NOW)
        found = ledger.registrations.get(NAME)
        assert found is not None
        assert (found.name, found.manifest, found.version, found.registered_at) == (NAME, written, "v1", NOW)
        assert found.removed_at is None
        assert ledger.registrations.all() == (found,)

    def test_an_unknown_deployment_is_none(self, ledger: Ledger) -> None:
        assert ledger.registrations.get(NAME) is None
        assert ledger.registrations.last_hold(NAME) is None

    def test_the_same_version_again_changes_nothing(self, ledger: Ledger) -> None:
        ledger.registrations.register(manifest(), "v1", NOW)
        ledger.registrations.override(NAME, Override(instance_count=2))
        assert not ledger.registrations.register(manifest(), "v1", NOW + MINUTE)
        found = ledger.registrations.get(NAME)
        assert found is not None
        assert found.override == Override(instance_count=2)

    def test_a_new_version_starts_afresh(self, ledger: Ledger) -> None:
        ledger.registrations.register(manifest(), "v1", NOW)
        ledger.registrations.override(NAME, Override(model="by-hand"))
        ledger.registrations.reconciled(NAME, Noted(due_at=NOW, endpoint_seen="InService@x"))
        assert ledger.registrations.register(manifest(model="my-model-v2"), "v2", NOW + MINUTE)
        [brief] = ledger.overview().deployments
        assert (brief.reconciled, brief.due_at, brief.endpoint_seen) == (False, None, None)
        found = ledger.registrations.get(NAME)
        assert found is not None
        assert (found.version, found.override) == ("v2", None)

    def test_the_later_look_wins_whatever_arrives_first(self, ledger: Ledger) -> None:
        ledger.registrations.register(manifest(), "v2", NOW + MINUTE)
        assert not ledger.registrations.register(manifest(), "v1", NOW)
        assert not ledger.registrations.remove(NAME, NOW)

    def test_a_removed_deployment_stays_known_until_it_is_forgotten(self, ledger: Ledger) -> None:
        ledger.registrations.register(manifest(), "v1", NOW)
        assert not ledger.registrations.forget(NAME)
        assert ledger.registrations.remove(NAME, NOW + MINUTE)
        assert not ledger.registrations.remove(NAME, NOW + MINUTE)
        found = ledger.registrations.get(NAME)
        assert found is not None
        assert found.removed_at == NOW + MINUTE
        assert ledger.registrations.forget(NAME)
        assert ledger.registrations.get(NAME) is None

    def test_a_removed_deployment_comes_back_with_the_very_same_version(self, ledger: Ledger) -> None:
        ledger.registrations.register(manifest(), "v1", NOW)
        ledger.registrations.remove(NAME, NOW + MINUTE)
        assert ledger.registrations.register(manifest(), "v1", NOW + 2 * MINUTE)
        found = ledger.registrations.get(NAME)
        assert found is not None
        assert found.removed_at is None

    def test_removal_asks_for_one_more_look(self, ledger: Ledger) -> None:
        ledger.registrations.register(manifest(), "v1", NOW)
        ledger.registrations.reconciled(NAME, Noted(due_at=None))
        ledger.registrations.remove(NAME, NOW + MINUTE)
        assert [brief.reconciled for brief in ledger.overview().deployments] == [False]

    def test_removing_what_was_never_there_is_no(self, ledger: Ledger) -> None:
        assert not ledger.registrations.remove(NAME, NOW)

    def test_the_watch_gets_what_it_needs(self, ledger: Ledger) -> None:
        ledger.registrations.register(manifest(end_of_window={"finish_before_minutes": 90}), "v1", NOW)
        ledger.registrations.reconciled(NAME, Noted(due_at=END, endpoint_seen="InService@x"))
        [brief] = ledger.overview().deployments
        assert (brief.name, brief.plans, brief.finish_before_minutes) == (NAME, ("p5-for-eval",), 90)
        assert (brief.due_at, brief.endpoint_seen, brief.reconciled) == (END, "InService@x", True)

    def test_what_is_not_noted_stays_as_it_was(self, ledger: Ledger) -> None:
        held = LastHold(code="HoldUntil", reason="hands off", by="a run")
        ledger.registrations.register(manifest(), "v1", NOW)
        ledger.registrations.reconciled(NAME, Noted(due_at=END, endpoint_seen="InService@x", last_hold=held))
        ledger.registrations.reconciled(NAME, Noted(due_at=None))
        [brief] = ledger.overview().deployments
        assert (brief.due_at, brief.endpoint_seen) == (None, "InService@x")
        assert ledger.registrations.last_hold(NAME) == held
        ledger.registrations.reconciled(NAME, Noted(due_at=None, last_hold=None))
        assert ledger.registrations.last_hold(NAME) is None

    def test_nothing_is_noted_of_what_is_not_registered(self, ledger: Ledger) -> None:
        ledger.registrations.reconciled(NAME, Noted(due_at=END))
        ledger.registrations.override(NAME, Override(model="x"))
        assert ledger.registrations.all() == ()
        assert ledger.overview().deployments == ()
