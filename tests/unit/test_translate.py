"""AWS's errors in our words: every row of aws-facts section 7, and what no row lists."""

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)

from berth_aws.translate import Answer, answer_of, fine_if, in_our_words
from berth_core.errors import BerthError, BusyError, RefusedError, UnknownOutcomeError

ARN = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/llama-eval"
QUOTA = "The account-level service limit 'ml.p5.48xlarge for endpoint usage' is 0 Instances"
OVER = "Requested instance count (3) exceeds reserved capacity (2) for training plan."

SECTION_7 = [
    ("ThrottlingException", "Rate exceeded", BusyError),
    ("ResourceLimitExceeded", QUOTA, RefusedError),
    ("ValidationException", f'Could not find endpoint "{ARN}".', RefusedError),
    ("ValidationException", 'Could not find endpoint configuration "x".', BusyError),
    ("ValidationException", "Could not find inference component x", RefusedError),
    ("ValidationException", f'Cannot update in-progress endpoint "{ARN}".', BusyError),
    ("ValidationException", OVER, RefusedError),
    (
        "ValidationException",
        "ManagedInstanceScaling is only supported for inference component endpoints.",
        RefusedError,
    ),
    ("ValidationException", "Cannot create already existing endpoint", RefusedError),
    ("ValidationException", "x is a base inference component of y", BusyError),
    ("ValidationException", "status DELETE_IN_PROGRESS", RefusedError),
    ("ResourceNotFound", "Requested plan not found", RefusedError),
    ("ResourceInUse", "in use", BusyError),
    ("ModelError", "Endpoint capacity reservation has expired. Please update endpoint configuration.", RefusedError),
    ("ValidationError", "Inference Component has no capacity to process this request.", BusyError),
    ("ModelNotReadyException", "not ready", BusyError),
]

OTHER_SERVICES = [
    ("ProvisionedThroughputExceededException", "slow down", BusyError),
    ("RequestLimitExceeded", "slow down", BusyError),
    ("TooManyRequestsException", "slow down", BusyError),
    ("SlowDown", "Please reduce your request rate.", BusyError),
    ("ExecutionLimitExceeded", "too many executions", BusyError),
    ("ConflictException", "another change is running", BusyError),
    ("ServiceQuotaExceededException", "too many schedules", RefusedError),
    ("AccessDeniedException", "User is not authorized to perform sagemaker:CreateEndpoint", RefusedError),
    ("AccessDenied", "Access Denied", RefusedError),
    ("ModelError", "Received server error (500) from primary", RefusedError),
    ("Throttled", "Rate exceeded", BusyError),
    ("KMSThrottling", "Rate exceeded", BusyError),
    ("NotFound", "Topic does not exist", RefusedError),
    ("AuthorizationError", "User is not authorized to perform: SNS:Publish", RefusedError),
    ("InvalidParameter", "Invalid parameter: Message too long", RefusedError),
    ("KMSAccessDenied", "The ciphertext refers to a key that you may not use", RefusedError),
    ("KMSDisabled", "The key is disabled", RefusedError),
    ("KMSInvalidState", "The key is pending deletion", RefusedError),
    ("KMSNotFound", "The key does not exist", RefusedError),
]


def client_error(code: str, message: str, status: int = 400) -> ClientError:
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "SomeOperation")  # type: ignore[arg-type]


@pytest.mark.parametrize(("code", "message", "expected"), SECTION_7 + OTHER_SERVICES)
def test_each_row_becomes_the_error_that_says_what_to_do(code: str, message: str, expected: type[BerthError]) -> None:
    error = client_error(code, message)
    with pytest.raises(BerthError) as raised, in_our_words("UpdateEndpoint", once_only=True):
        raise error
    assert type(raised.value) is expected
    assert raised.value.__cause__ is error


@pytest.mark.parametrize(
    ("code", "message", "answer"),
    [
        ("ValidationException", 'Could not find endpoint configuration "x".', Answer.UNSEEN),
        ("ValidationException", f'Could not find endpoint "{ARN}".', Answer.GONE),
        ("ResourceNotFoundException", "Schedule x does not exist.", Answer.GONE),
        ("NoSuchKey", "The specified key does not exist.", Answer.GONE),
        ("NoSuchVersion", "The specified version does not exist.", Answer.GONE),
        ("TaskTimedOut", "Task Timed Out", Answer.GONE),
        ("TaskDoesNotExist", "Task does not exist", Answer.GONE),
        ("InvalidToken", "Invalid Token", Answer.GONE),
        ("ExecutionAlreadyExists", "Execution Already Exists", Answer.EXISTS),
        ("ConflictException", "Schedule x already exists.", Answer.EXISTS),
        ("ValidationException", "Cannot create already existing endpoint", Answer.EXISTS),
    ],
)
def test_what_is_gone_unseen_or_there_already_is_told_apart(code: str, message: str, answer: Answer) -> None:
    assert answer_of(client_error(code, message)) is answer


def test_the_error_names_the_operation_and_keeps_the_words_of_aws() -> None:
    with pytest.raises(RefusedError, match=r"^CreateEndpointConfig: .*exceeds reserved capacity \(2\)"):
        with in_our_words("CreateEndpointConfig"):
            raise client_error("ValidationException", OVER)


@pytest.mark.parametrize(
    "lost",
    [
        ReadTimeoutError(endpoint_url="https://api"),
        ConnectionClosedError(endpoint_url="https://api"),
        SSLError(endpoint_url="https://api", error=OSError("bad record")),
        client_error("InternalFailure", "", 500),
        client_error("ServiceUnavailable", "", 503),
    ],
)
def test_a_lost_answer_is_unknown_for_what_may_happen_once_and_busy_for_the_rest(lost: Exception) -> None:
    with pytest.raises(UnknownOutcomeError), in_our_words("UpdateEndpoint", once_only=True):
        raise lost
    with pytest.raises(BusyError), in_our_words("DescribeEndpoint"):
        raise lost
    with pytest.raises(UnknownOutcomeError), fine_if(Answer.GONE, "DeleteEndpoint", once_only=True):
        raise lost


@pytest.mark.parametrize(
    "unsent",
    [
        ConnectTimeoutError(endpoint_url="https://api"),
        EndpointConnectionError(endpoint_url="https://api"),
        ProxyConnectionError(proxy_url="http://proxy"),
    ],
)
def test_what_was_never_sent_may_be_asked_again(unsent: Exception) -> None:
    with pytest.raises(BusyError), in_our_words("UpdateEndpoint", once_only=True):
        raise unsent


@pytest.mark.parametrize(
    "unlisted",
    [
        client_error("ValidationException", "1 validation error detected: a text that nobody foresaw"),
        client_error("UnrecognizedClientException", "The security token included in the request is invalid."),
        KeyError("a bug of ours"),
    ],
)
def test_what_no_row_lists_stays_loud(unlisted: Exception) -> None:
    with pytest.raises(type(unlisted)) as raised, in_our_words("CreateEndpoint"):
        raise unlisted
    assert raised.value is unlisted
    with pytest.raises(type(unlisted)), fine_if(Answer.GONE, "CreateEndpoint"):
        raise unlisted


def test_only_the_answer_that_is_fine_is_swallowed() -> None:
    with fine_if(Answer.GONE, "DescribeEndpoint"):
        raise client_error("ValidationException", f'Could not find endpoint "{ARN}".')
    with pytest.raises(BusyError), fine_if(Answer.GONE, "DescribeEndpoint"):
        raise client_error("ValidationException", 'Could not find endpoint configuration "x".')
