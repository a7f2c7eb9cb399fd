"""README.md's session can be pasted as it stands: it deploys, rotates, hands over and leaves nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conformance.aws_command import aws_ready
from tests.conformance.real_server import ROOT, client_environment, running

README = (ROOT / "README.md").read_text(encoding="utf-8")
_PASTED = README.partition("<!-- session:start -->\n```sh\n")[2].partition("```\n<!-- session:end -->")[0]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the session prints, in a shell that stops at the first command that fails."""
    with running() as server, aws_ready() as aws:
        script = _PASTED.replace("http://127.0.0.1:4566", server.url)
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=tmp_path_factory.mktemp("session"),
            env=client_environment(server.url, aws),
            capture_output=True,
            text=True,
            check=False,
        )
        _, _, errors = server.end()
    assert (run.returncode, run.stderr, errors) == (0, "", ""), run.stdout
    return run.stdout


def test_the_session_is_for_the_port_that_make_up_takes() -> None:
    assert _PASTED.count("http://127.0.0.1:4566") == 1


def test_the_endpoint_comes_up_on_the_reservation_and_answers(answers: str) -> None:
    assert "InService\tllama-eval-" in answers
    assert '{"endpoint": "llama-eval", "model": "my-model", "instance": "ml.p5.48xlarge"}' in answers


def test_the_other_model_answers_after_the_manifest_has_changed(answers: str) -> None:
    first, second = (answers.index(f'"model": "{name}"') for name in ("my-model", "my-model-v2"))
    assert first < second


def test_it_is_handed_over_and_then_taken_away(answers: str) -> None:
    assert answers.count("InService\tllama-eval-") == 2
    assert '"Endpoints": []' in answers


def test_the_decisions_are_told_with_their_reasons(answers: str) -> None:
    told = answers.partition('"Endpoints": []')[2]
    assert [kind for kind in ("deploy: ", "rotate: ", "hand_over: ") if f" {kind}" not in told] == []
    assert "the window of plan p5-for-eval closes" in told
    assert "on-demand has run" in told


def test_what_the_readme_links_to_exists() -> None:
    linked = [part.partition(")")[0].partition("#")[0] for part in README.split("](")[1:]]
    assert [name for name in linked if "://" not in name and not (ROOT / Path(name)).exists()] == []
