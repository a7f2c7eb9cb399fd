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


@pytest.mark.parametrize("app", sorted(path.parent.name for path in ROOT.glob("functions/*/app.py")))
def test_no_function_imports_boto3_before_it_has_something_to_ask(app: str) -> None:
    script = (
        f"import sys; sys.path[:0] = {[str(ROOT / layer) for layer in LAYERS] + [str(ROOT / 'functions' / app)]!r}; "
        "import app; sys.exit('boto3 was imported' if 'boto3' in sys.modules else 0)"
    )
    ran = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
