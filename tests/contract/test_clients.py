"""Clients: made once, at first use, and one kind of them never asks twice."""

import subprocess
import sys
from pathlib import Path

import pytest

from berth_aws import clients

ROOT = Path(__file__).parents[2]
LAYERS = ("layers/core", "layers/aws", "layers/shell")


def test_a_service_has_one_client_for_each_purpose(aws: None) -> None:
    assert clients.shared("dynamodb") is clients.shared("dynamodb")
    assert clients.shared("sagemaker") is not clients.once_only("sagemaker")


def test_what_may_happen_once_is_asked_once(aws: None) -> None:
    assert clients.once_only("sagemaker").meta.config.retries["total_max_attempts"] == 1
    assert clients.invoking().meta.config.retries["total_max_attempts"] == 1
    assert clients.shared("sagemaker").meta.config.retries["total_max_attempts"] > 1


def test_no_answer_is_waited_for_longer_than_a_step_may_take(aws: None) -> None:
    for client in (clients.shared("sagemaker"), clients.once_only("sagemaker")):
        assert client.meta.config.connect_timeout + client.meta.config.read_timeout < 30
    assert clients.invoking().meta.config.read_timeout > 60


APPS = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))
OTHERS_EVENTS = {
    "register_manifest": {"detail": {"bucket": {"name": "manifests"}, "object": {"key": "notes/readme.txt"}}},
    "resume_waiters": {"source": "aws.sagemaker", "detail": {"EndpointConfigName": "somebody-elses"}},
    "wake_deployments": {"source": "aws.sagemaker", "detail": {"EndpointConfigName": "somebody-elses"}},
    "send_notification": {"source": "berth", "account": "somebody-elses", "detail": {"line": "a"}},
}


def run(app: str, script: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, where nothing has been imported yet."""
    paths = [str(ROOT / layer) for layer in LAYERS] + [str(ROOT / "functions" / app)]
    variables = {"LEDGER_TABLE": "t", "MANIFEST_BUCKET": "manifests", "EVENT_BUS": "b", "RECONCILE_ARN": "r"}
    variables["NOTIFICATION_TOPIC_ARN"] = "arn:aws:sns:us-east-1:111122223333:t"
    environ = {f"BERTH_{name}": value for name, value in {**variables, "ON_DEMAND_PRICES": ""}.items()}
    preamble = f"import os, sys; sys.path[:0] = {paths!r}; os.environ.update({environ!r}); "
    command = [sys.executable, "-I", "-c", preamble + script]
    return subprocess.run(command, capture_output=True, text=True, check=False)


IMPORTS = """
for app in {apps!r}:
    sys.path.insert(0, os.path.join({functions!r}, app))
    import app as imported
    assert imported.__file__ == os.path.join(sys.path.pop(0), "app.py")
    del sys.modules["app"]
    found = {{"boto3", "botocore"}} & sys.modules.keys()
    if found:
        sys.exit(f"{{app}}: {{', '.join(found)}}")
"""


def test_no_function_imports_an_sdk_before_it_has_something_to_ask() -> None:
    """All in one process, one after the other: what none of them has brought along, none of them imports."""
    assert len(APPS) > 30
    ran = run(APPS[0], IMPORTS.format(apps=APPS, functions=str(ROOT / "functions")))
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_client_comes_without_boto3() -> None:
    script = "from berth_aws import clients; os.environ['AWS_DEFAULT_REGION'] = 'us-east-1'; clients.shared('dynamodb')"
    ran = run("watch_plans", f"{script}; sys.exit('boto3' if 'boto3' in sys.modules else 0)")
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("app", OTHERS_EVENTS)
def test_an_event_that_is_not_ours_costs_neither_the_manifests_types_nor_an_sdk(app: str) -> None:
    costly = {"botocore.client", "yaml", "berth_core.manifest", "berth_core.facts", "berth_aws.ledger"}
    script = f"import app; app.handler({OTHERS_EVENTS[app]!r}, None); found = {costly!r} & sys.modules.keys(); "
    ran = run(app, script + "sys.exit(', '.join(found) or 0)")
    assert (ran.returncode, ran.stderr) == (0, "")
