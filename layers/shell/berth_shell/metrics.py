"""Counts for CloudWatch, written into the log in its embedded metric format: no call, and no permission."""

import json
from datetime import datetime

NAMESPACE = "Berth"


def count(metric: str, value: int, stack: str, at: datetime) -> None:
    """One value of a metric of this stack. CloudWatch makes the metric from the line."""
    shape = {"Namespace": NAMESPACE, "Dimensions": [["Stack"]], "Metrics": [{"Name": metric, "Unit": "Count"}]}
    about = {"Timestamp": int(at.timestamp() * 1000), "CloudWatchMetrics": [shape]}
    print(json.dumps({"_aws": about, "Stack": stack, metric: value}), flush=True)
