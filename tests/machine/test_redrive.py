"""The runbook's way with dead letters: what they told of is found without them, and doing it twice does no harm."""

from typing import Any

from tests.machine.site import NAME, Site

CRASH = ("function:WakeDeploymentsFunction", "crash_before")


def test_what_a_dead_letter_told_of_is_found_and_the_queue_is_emptied_twice_without_harm() -> None:
    site = Site()
    try:
        site.faulty(CRASH)
        site.serve()
        site.cloud.advance(seconds=600)
        site.cloud.faults.clear()
        queues = site.cloud.client("sqs")
        url = queues.get_queue_url(QueueName="berth-function-dead-letters")["QueueUrl"]
        assert _waiting(queues, url) > 0
        before = site.sagemaker.describe_endpoint(EndpointName=NAME)
        for _ in range(2):
            assert site.run("fleet_reconcile", {}).status == "SUCCEEDED"
            queues.purge_queue(QueueUrl=url)
            site.cloud.advance(seconds=61)
        assert _waiting(queues, url) == 0
        after = site.sagemaker.describe_endpoint(EndpointName=NAME)
        assert (after["EndpointStatus"], after["LastModifiedTime"]) == ("InService", before["LastModifiedTime"])
    finally:
        site.close()


def _waiting(queues: Any, url: str) -> int:
    wanted = "ApproximateNumberOfMessages"
    answer = queues.get_queue_attributes(QueueUrl=url, AttributeNames=[wanted])
    return int(answer["Attributes"][wanted])
