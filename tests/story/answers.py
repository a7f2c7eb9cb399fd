"""Each answer of the SageMaker twin against botocore's model. Requests the twin checks itself, as AWS does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from rehearsal.sagemaker import wire


class Answers:
    """How many there were, of which operations, and what was wrong with them."""

    def __init__(self) -> None:
        self.operations: set[str] = set()
        self.misfits: list[str] = []
        self._model = get_session().get_service_model("sagemaker")
        self._original = wire.answer

    def answer(self, twin: Any, operation: str, input_shape: Any, body: str) -> dict[str, Any]:
        members = self._original(twin, operation, input_shape, body)
        self.operations.add(operation)
        shape = self._model.operation_model(operation).output_shape
        if shape is None:
            self.misfits += [f"{operation}: it answers nothing, and not {members}"] if members else []
            return members
        report = ParamValidator().validate(members, shape)
        self.misfits += [f"{operation}: {report.generate_report()}"] if report.has_errors() else []
        return members

    @contextmanager
    def looked_at(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(wire, "answer", self.answer)
            yield
