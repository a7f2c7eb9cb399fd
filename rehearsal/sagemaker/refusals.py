"""How the twin says no: an error code and a message, turned into AWS's answer where requests come in."""

from __future__ import annotations


class ApiError(Exception):
    """A refused call. `code` and `message` reach the caller as botocore's Error.Code and Error.Message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class InvalidRequestError(ApiError):
    """SageMaker's ValidationException, which also stands for "not found" and "busy" of endpoints."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


class NotFoundError(ApiError):
    """SageMaker's ResourceNotFound, which the training-plan operations use."""

    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFound", message)
