"""AWS's errors in our words. One table, read in order, on code and message: the codes lie (aws-facts 7).

SageMaker says ValidationException for "not found", for "busy" and for "wrong" alike. What no row lists is raised as it
came: it is a gap in this table, and has to be loud.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from berth_core.errors import BerthError, BusyError, RefusedError, UnknownOutcomeError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError


class Answer(Enum):
    """What an error means for whoever asked."""

    BUSY = auto()
    GONE = auto()
    UNSEEN = auto()
    EXISTS = auto()
    REFUSED = auto()
    LOST = auto()


class Row(NamedTuple):
    """Matches an error whose code is `code`, with or without "Exception", and whose message holds `text`."""

    code: str
    text: str
    answer: Answer


TABLE = (
    # Throttling, under the names that our services have for it. SageMaker's text is "Rate exceeded".
    Row("Throttling", "", Answer.BUSY),
    Row("TooManyRequests", "", Answer.BUSY),
    Row("ProvisionedThroughputExceeded", "", Answer.BUSY),
    Row("RequestLimitExceeded", "", Answer.BUSY),
    Row("ExecutionLimitExceeded", "", Answer.BUSY),
    Row("SlowDown", "", Answer.BUSY),
    Row("Throttled", "", Answer.BUSY),
    Row("KMSThrottling", "", Answer.BUSY),
    Row("ResourceLimitExceeded", "", Answer.REFUSED),
    # Before "Could not find endpoint", which is the beginning of it. Gone, or so new that it isn't seen yet.
    Row("Validation", "Could not find endpoint configuration", Answer.UNSEEN),
    Row("Validation", "Could not find endpoint", Answer.GONE),
    Row("Validation", "Could not find inference component", Answer.GONE),
    Row("Validation", "Could not find model", Answer.GONE),
    Row("Validation", "Cannot update in-progress endpoint", Answer.BUSY),
    Row("Validation", "Cannot update in-progress inference component", Answer.BUSY),
    Row("Validation", "exceeds reserved capacity", Answer.REFUSED),
    Row("Validation", "only supported for inference component endpoints", Answer.REFUSED),
    Row("Validation", "already existing", Answer.EXISTS),
    Row("Validation", "is a base inference component", Answer.BUSY),
    Row("Validation", "DELETE_IN_PROGRESS", Answer.GONE),
    Row("ResourceNotFound", "", Answer.GONE),
    Row("ResourceInUse", "", Answer.BUSY),
    # sagemaker-runtime
    Row("Model", "capacity reservation has expired", Answer.REFUSED),
    Row("Model", "", Answer.REFUSED),
    Row("Validation", "has no capacity to process this request", Answer.BUSY),
    Row("ModelNotReady", "", Answer.BUSY),
    # Application Auto Scaling and CloudWatch
    Row("ObjectNotFound", "", Answer.GONE),
    Row("ConcurrentUpdate", "", Answer.BUSY),
    Row("FailedResourceAccess", "", Answer.REFUSED),
    Row("LimitExceeded", "", Answer.REFUSED),
    # The other services
    Row("NoSuchKey", "", Answer.GONE),
    Row("NoSuchVersion", "", Answer.GONE),
    Row("ExecutionAlreadyExists", "", Answer.EXISTS),
    Row("TaskDoesNotExist", "", Answer.GONE),
    Row("TaskTimedOut", "", Answer.GONE),
    Row("InvalidToken", "", Answer.GONE),
    Row("InvalidApprovalToken", "", Answer.GONE),
    Row("ApprovalAlreadyCompleted", "", Answer.GONE),
    Row("PipelineNotFound", "", Answer.GONE),
    Row("PipelineExecutionNotFound", "", Answer.GONE),
    Row("StageNotFound", "", Answer.GONE),
    Row("ActionNotFound", "", Answer.GONE),
    Row("JobNotFound", "", Answer.GONE),
    Row("InvalidJobState", "", Answer.GONE),
    Row("ExecutionDoesNotExist", "", Answer.GONE),
    Row("InvalidArn", "", Answer.REFUSED),
    Row("Conflict", "already exists", Answer.EXISTS),
    Row("Conflict", "", Answer.BUSY),
    Row("ServiceQuotaExceeded", "", Answer.REFUSED),
    Row("AccessDenied", "", Answer.REFUSED),
    # SNS, under the codes of its own
    Row("NotFound", "", Answer.GONE),
    Row("AuthorizationError", "", Answer.REFUSED),
    Row("InvalidParameter", "", Answer.REFUSED),
    Row("KMSAccessDenied", "", Answer.REFUSED),
    Row("KMSDisabled", "", Answer.REFUSED),
    Row("KMSInvalidState", "", Answer.REFUSED),
    Row("KMSNotFound", "", Answer.REFUSED),
)


@contextmanager
def in_our_words(operation: str, *, once_only: bool = False) -> Iterator[None]:
    """Runs a call, and raises what goes wrong with it as one of our three errors.

    A lost answer (a timeout, a broken connection, a 5xx) is a BusyError, since the call may be repeated; with
    `once_only` it is an UnknownOutcomeError, since it may not.
    """
    try:
        yield
    except Exception as error:
        ours = _translated(error, operation, once_only=once_only)
        if ours is None:
            raise
        raise ours from error


class fine_if:
    """`in_our_words`, but an error with this answer is swallowed: the code after the block says what it means."""

    def __init__(self, answer: Answer, operation: str, *, once_only: bool = False) -> None:
        self._answer = answer
        self._operation = operation
        self._once_only = once_only

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if error is None:
            return False
        if _answer_to(error) is self._answer:
            return True
        ours = _translated(error, self._operation, once_only=self._once_only)
        if ours is not None:
            raise ours from error
        return False


def answer_of(error: ClientError) -> Answer | None:
    """The first row that matches; a 5xx that no row names is a lost answer; None for what nobody foresaw."""
    code = error.response.get("Error", {}).get("Code", "")
    text = error.response.get("Error", {}).get("Message", "")
    for row in TABLE:
        if code in (row.code, f"{row.code}Exception", f"{row.code}Error") and row.text in text:
            return row.answer
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return Answer.LOST if status >= 500 else None


def is_plain_no(error: ClientError) -> bool:
    """A 4xx that no row names: AWS has read the request, and did nothing. A time-out says no such thing."""
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return answer_of(error) is None and 400 <= status < 500 and status != 408 and "Timeout" not in code


def _answer_to(error: BaseException) -> Answer | None:
    from botocore import exceptions as aws

    return answer_of(error) if isinstance(error, aws.ClientError) else None


def _translated(error: BaseException, operation: str, *, once_only: bool) -> BerthError | None:
    from botocore import exceptions as aws

    text = f"{operation}: {error}"
    lost: type[BerthError] = UnknownOutcomeError if once_only else BusyError
    if isinstance(error, aws.EndpointConnectionError | aws.ConnectTimeoutError | aws.ProxyConnectionError):
        return BusyError(text)  # the connection never came about, so nothing was asked
    if isinstance(error, aws.ConnectionError | aws.HTTPClientError):
        return lost(text)  # TLS, for one, may also break while the answer is read
    match _answer_to(error):
        case None:
            return None
        case Answer.BUSY | Answer.UNSEEN:
            return BusyError(text)
        case Answer.LOST:
            return lost(text)
    return RefusedError(text)
