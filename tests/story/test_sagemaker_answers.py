"""What SageMaker is asked and answers in the stories is what botocore's model of it allows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rehearsal import scenario
from rehearsal.run import Run
from rehearsal.sagemaker import wire
from tests.story.answers import Answers

Replayed = Callable[[str], Run]


@pytest.mark.parametrize("name", scenario.names())
def test_every_answer_fits_the_model(name: str, replayed: Replayed, answers: Answers) -> None:
    assert replayed(name).entries
    assert answers.operations
    assert answers.misfits == []


def test_an_answer_that_does_not_fit_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "answer", lambda *_: {"EndpointName": 5, "Surprise": True})
    watching = Answers()
    with watching.looked_at():
        wire.answer(None, "DescribeEndpoint", None, "{}")  # type: ignore[arg-type]
    (misfit,) = watching.misfits
    assert "Missing required parameter" in misfit
    assert "Surprise" in misfit
    assert "EndpointName" in misfit
