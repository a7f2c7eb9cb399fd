"""Clients: made once, at first use, and one kind of them never asks twice."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
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


STARTER = """
import json, os, sys, traceback
import pydantic  # every function has it, and it takes longer than all the rest

for line in sys.stdin:
    paths, environ, script = json.loads(line)
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(writer, 2)
        sys.path[:0] = paths
        os.environ.update(environ)
        try:
            exec(script, {"os": os, "sys": sys})
        except SystemExit as left:
            print(left.code or "", end="", file=sys.stderr)
        except BaseException:
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as said:
        print(json.dumps(said.read()), flush=True)
    os.wait()
"""
Run = Callable[[str, str], str]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Runs a script beside an app, in a process where nothing but pydantic has been imported yet: what it complains of.

    Each is a fork of one that has imported pydantic.
    """
    variables = {"LEDGER_TABLE": "t", "MANIFEST_BUCKET": "manifests", "EVENT_BUS": "b", "RECONCILE_ARN": "r"}
    variables["NOTIFICATION_TOPIC_ARN"] = "arn:aws:sns:us-east-1:111122223333:t"
    environ = {f"BERTH_{name}": value for name, value in {**variables, "ON_DEMAND_PRICES": ""}.items()}
    command = [sys.executable, "-I", "-c", STARTER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as starter:
        assert starter.stdin is not None
        assert starter.stdout is not None
        given, answers = starter.stdin, starter.stdout

        def asked(app: str, script: str) -> str:
            paths = [str(ROOT / layer) for layer in LAYERS] + [str(ROOT / "functions" / app)]
            given.write(json.dumps([paths, environ, script]) + "\n")
            return str(json.loads(answers.readline()))

        yield asked
        given.close()


def test_pydantic_alone_imports_no_sdk_and_a_complaint_is_heard(run: Run) -> None:
    """Otherwise the tests below would show nothing."""
    assert run("watch_plans", "sys.exit(', '.join({'boto3', 'botocore', 'berth_core'} & sys.modules.keys()))") == ""
    assert run("watch_plans", "import boto3; sys.exit(', '.join({'boto3'} & sys.modules.keys()))") == "boto3"
    assert "ModuleNotFoundError" in run("watch_plans", "import berth_nowhere")


@pytest.mark.parametrize("app", APPS)
def test_no_function_imports_an_sdk_before_it_has_something_to_ask(run: Run, app: str) -> None:
    assert run(app, "import app; sys.exit(', '.join({'boto3', 'botocore'} & sys.modules.keys()))") == ""


def test_a_client_comes_without_boto3(run: Run) -> None:
    script = "from berth_aws import clients; os.environ['AWS_DEFAULT_REGION'] = 'us-east-1'; clients.shared('dynamodb')"
    assert run("watch_plans", f"{script}; sys.exit('boto3' if 'boto3' in sys.modules else '')") == ""


@pytest.mark.parametrize("app", OTHERS_EVENTS)
def test_an_event_that_is_not_ours_costs_neither_the_manifests_types_nor_an_sdk(run: Run, app: str) -> None:
    costly = {"botocore.client", "yaml", "berth_core.manifest", "berth_core.facts", "berth_aws.ledger"}
    script = f"import app; app.handler({OTHERS_EVENTS[app]!r}, None); found = {costly!r} & sys.modules.keys(); "
    assert run(app, script + "sys.exit(', '.join(found))") == ""
