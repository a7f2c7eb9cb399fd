"""Leases, in DynamoDB and in the fake: one run at a time acts on a deployment."""

from datetime import UTC, datetime, timedelta

import pytest

from berth_aws.leases import LEASE
from berth_aws.ledger import Ledger
from berth_core.errors import RefusedError
from tests.builders import END, attempt, endpoint

NAME = "llama-eval"
NOW = datetime(2026, 3, 3, 11, 30, 0, 250_000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class TestLeases:
    def test_the_first_to_claim_wins(self, ledger: Ledger) -> None:
        lease = ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        assert (lease.holder, lease.purpose, lease.expires_at) == ("me", "endpoint_deploy", NOW + LEASE)
        assert ledger.standing(NAME).lease == lease

    def test_the_second_loses_and_learns_who_has_it(self, ledger: Ledger) -> None:
        mine = ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        assert ledger.leases.claim(NAME, "you", "endpoint_rotate", NOW + MINUTE) == mine

    def test_a_holder_may_claim_again_and_gets_a_longer_lease(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "deployment_reconcile", NOW)
        again = ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW + MINUTE)
        assert (again.holder, again.expires_at) == ("me", NOW + MINUTE + LEASE)

    def test_an_expired_lease_is_anybodys(self, ledger: Ledger) -> None:
        lapsed = ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        assert ledger.standing(NAME).lease == lapsed
        assert ledger.leases.claim(NAME, "you", "endpoint_rotate", NOW + LEASE).holder == "you"

    @pytest.mark.parametrize("model", ["my-model", None])
    def test_what_a_holder_has_begun_is_found_when_it_has_lapsed(self, ledger: Ledger, model: str | None) -> None:
        made = endpoint().config
        assert made is not None
        config = made.model_copy(update={"model": model})  # a config for components has none
        begun = attempt(done=False, code="RunDied", decision_id="llama-eval-deploy-1", config=config)
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW, begun=begun)
        ledger.leases.renew(NAME, "me", NOW + MINUTE)
        found = ledger.standing(NAME).lease
        assert found is not None
        assert found.begun == begun

    def test_a_lease_lasts_until_its_very_end(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        almost = NOW + LEASE - timedelta(microseconds=1)
        assert ledger.leases.claim(NAME, "you", "endpoint_rotate", almost).holder == "me"

    def test_renewing_puts_the_end_off(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        assert ledger.leases.renew(NAME, "me", NOW + 10 * MINUTE)
        lease = ledger.standing(NAME).lease
        assert lease is not None
        assert (lease.purpose, lease.expires_at) == ("endpoint_deploy", NOW + 10 * MINUTE + LEASE)

    def test_nobody_renews_what_another_has_taken_over(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        ledger.leases.claim(NAME, "you", "endpoint_rotate", NOW + LEASE)
        assert not ledger.leases.renew(NAME, "me", NOW + LEASE)
        with pytest.raises(RefusedError, match="no longer held by me"):
            ledger.leases.insist(NAME, "me", NOW + LEASE)

    def test_insisting_renews(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        ledger.leases.insist(NAME, "me", NOW + LEASE)
        assert ledger.standing(NAME).lease is not None

    def test_releasing_twice_is_harmless(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        assert ledger.leases.release(NAME, "me")
        assert not ledger.leases.release(NAME, "me")
        assert ledger.standing(NAME).lease is None

    def test_given_up_it_lapses_with_what_it_had_begun(self, ledger: Ledger) -> None:
        begun = attempt(done=False)
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW, begun=begun)
        assert not ledger.leases.lapse(NAME, "you", NOW)
        assert ledger.leases.lapse(NAME, "me", NOW)
        left = ledger.standing(NAME).lease
        assert left is not None
        assert (left.expires_at, left.begun) == (NOW, begun)
        assert ledger.leases.claim(NAME, "you", "endpoint_deploy", NOW).holder == "you"

    def test_nobody_releases_the_lease_of_another(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        assert not ledger.leases.release(NAME, "you")
        assert ledger.standing(NAME).lease is not None

    def test_each_deployment_has_its_own_lease(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        assert ledger.leases.claim("other", "you", "endpoint_deploy", NOW).holder == "you"

    def test_a_hand_over_takes_it_from_whom_it_saw_and_from_nobody_else(self, ledger: Ledger) -> None:
        ledger.leases.claim(NAME, "you", "endpoint_rotate", NOW)
        kept = ledger.leases.claim(NAME, "me", "window_handover", NOW, deadline=END, instead_of="another")
        assert (kept.holder, kept.urgent) == ("you", False)
        taken = ledger.leases.claim(NAME, "me", "window_handover", NOW, deadline=END, instead_of="you")
        assert (taken.holder, taken.urgent, taken.deadline) == ("me", True, END)
        assert ledger.standing(NAME).lease == taken
        with pytest.raises(RefusedError, match="another run has taken over"):
            ledger.leases.insist(NAME, "you", NOW)

    def test_what_belongs_to_an_earlier_claim_of_the_same_holder_acts_no_more(self, ledger: Ledger) -> None:
        first = ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW)
        second = ledger.leases.claim(NAME, "me", "endpoint_deploy", NOW + MINUTE)
        assert not ledger.leases.renew(NAME, "me", NOW + MINUTE, first.fence)
        ledger.leases.insist(NAME, "me", NOW + MINUTE, second.fence)
        with pytest.raises(RefusedError, match="another run has taken over"):
            ledger.leases.insist(NAME, "me", NOW + MINUTE, first.fence)
