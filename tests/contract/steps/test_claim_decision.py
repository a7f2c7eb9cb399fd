"""Who claims a deployment wins or learns who has it; what is asked by hand is laid over."""

from datetime import timedelta

from berth_aws.steps.claim_decision import claim_decision
from berth_core.decide.intent import Intent
from berth_core.facts import Override
from tests.builders import START
from tests.fakes.ledger import FakeLedger

NAME = "llama-eval"
NOW = START + timedelta(hours=1)


class TestClaim:
    def test_who_loses_learns_why(self, ledger: FakeLedger) -> None:
        assert claim_decision(NAME, "me", "endpoint_deploy", Intent(), ledger, NOW).kind == "won"
        lost = claim_decision(NAME, "you", "endpoint_rotate", Intent(kind="rotate", model="v2"), ledger, NOW)
        assert (lost.kind, lost.reason) == (
            "lost",
            "me is at it (endpoint_deploy), until 2026-03-03 12:45 UTC at the latest",
        )
        assert ledger.registrations.all()[0].override is None

    def test_what_is_asked_by_hand_is_laid_over_what_was_asked_before(self, ledger: FakeLedger) -> None:
        for asked in (Intent(kind="rotate", instance_count=2), Intent(kind="rotate", model="v2")):
            claim_decision(NAME, "me", "endpoint_rotate", asked, ledger, NOW)
        assert ledger.registrations.all()[0].override == Override(model="v2", instance_count=2)
