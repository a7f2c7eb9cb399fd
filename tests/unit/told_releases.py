"""What Berth tells of releases: the samples of test_announcements.py."""

from datetime import UTC, datetime, timedelta

from berth_core import announcements
from berth_core.release_news import answering

AT = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
RELEASE = "5b1f0c7e"

TOLD_OF_RELEASES = [
    announcements.release_checked(
        deployment="llama-eval",
        at=AT,
        reason="2 checks passed on serverless inference with 4096 MB, the slowest in 812 ms",
        release_id=RELEASE,
        model="my-model-v2",
        place="serverless inference with 4096 MB",
        checks=("check 1: passed: status 200 in 640 ms", "check 2: passed: status 200 in 812 ms"),
    ),
    announcements.release_approval_requested(
        deployment="llama-eval",
        at=AT,
        reason="my-model-v2: 2 checks passed on serverless inference with 4096 MB, the slowest in 812 ms. No answer "
        "until 2026-03-09 12:00 UTC means no.",
        release_id=RELEASE,
        model="my-model-v2",
        expires_at=AT + timedelta(days=3),
        command=answering("approve", RELEASE, "AQCEAAAAKgAAAAMAAAAAA"),
        task_token="AQCEAAAAKgAAAAMAAAAAA",
    ),
    announcements.release_failed(
        deployment="llama-eval",
        at=AT,
        reason="check 2: took 3120 ms, allowed are 1500 ms",
        code="CheckFailed",
        release_id=RELEASE,
        model="my-model-v2",
        checks=("check 1: passed: status 200 in 640 ms", "check 2: TooSlow: took 3120 ms, allowed are 1500 ms"),
    ),
    announcements.release_promoted(
        deployment="llama-eval",
        at=AT,
        reason="llama-eval-9d04e7c2-x1 is live with 1 in service",
        release_id=RELEASE,
        model="my-model-v2",
    ),
]
