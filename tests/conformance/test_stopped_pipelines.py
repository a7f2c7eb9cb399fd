"""A pipeline's run that is stopped while its approval of a purchase waits."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.conformance.pipelined import PURCHASE_PIPELINE
from tests.conformance.test_pipeline_purchases import CHANGED, WATCH_SECONDS, Buying


@pytest.mark.parametrize("event", ["", "drop"])
def test_a_run_that_is_stopped_and_abandoned_is_a_no_and_lets_the_next_one_ask(tmp_path: Path, event: str) -> None:
    buying = Buying(tmp_path)
    try:
        buying.asked()
        if event:
            buying.site.faulty((CHANGED, event))
        stopped = {"pipelineName": PURCHASE_PIPELINE, "pipelineExecutionId": buying.execution}
        buying.client.stop_pipeline_execution(**stopped, abandon=True, reason="wrong week")
        assert buying.ended() == "Stopped"
        assert buying.action("Approve")["status"] == "Abandoned"
        buying.site.cloud.advance(seconds=WATCH_SECONDS + 30)
        assert buying.row()["code"]["S"] == "ApprovalRejected"
        assert "stopped or superseded" in buying.row()["reason"]["S"]
        assert buying.sold() == 0
        buying.execution = buying.start()
        buying.site.until(lambda: "token" in buying.action("Approve"), timedelta(hours=1))
    finally:
        buying.site.close()
