"""The kinds of text a manifest holds, each with its pattern and the words that explain it to a person.

Patterns and lengths are SageMaker's and IAM's own (botocore 1.43 service models), unless a comment says otherwise.
"""

from typing import Annotated

from pydantic import Field

DEPLOYMENT_NAME_PATTERN = r"^[a-z0-9](-*[a-z0-9])*$"
SAGEMAKER_NAME_PATTERN = r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$"
INSTANCE_TYPE_PATTERN = r"^ml\.[a-z][a-z0-9-]*\.[a-z0-9-]+$"
ROLE_ARN_PATTERN = r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[a-zA-Z_0-9+=,.@/-]+$"
NOT_BLANK_PATTERN = r"\S"
JSON_PATH_PATTERN = r"^\$(\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]{1,6}\]|\['[^'\]]+'\])*$"

WORDS_BY_PATTERN = {
    DEPLOYMENT_NAME_PATTERN: "lower-case letters and digits, with hyphens between them, such as llama-eval",
    SAGEMAKER_NAME_PATTERN: "letters and digits, with hyphens between them (a name, not an ARN), such as my-model",
    INSTANCE_TYPE_PATTERN: "a SageMaker instance type, such as ml.p5.48xlarge",
    ROLE_ARN_PATTERN: "the ARN of an IAM role, such as arn:aws:iam::111122223333:role/inference",
    NOT_BLANK_PATTERN: "text that is not blank",
    JSON_PATH_PATTERN: "a path into JSON, such as $.outputs[0].label or $['a key'].score",
}
"""What is allowed, for the person whose text didn't match."""

# An endpoint's name may have 63 characters; a config's adds "-<8 hex>-x<count>" to it, and needs the rest.
DeploymentName = Annotated[str, Field(pattern=DEPLOYMENT_NAME_PATTERN, max_length=45)]
PlanName = Annotated[str, Field(pattern=SAGEMAKER_NAME_PATTERN, max_length=64)]
ModelName = Annotated[str, Field(pattern=SAGEMAKER_NAME_PATTERN, max_length=63)]
ComponentName = Annotated[str, Field(pattern=SAGEMAKER_NAME_PATTERN, max_length=63)]
InstanceType = Annotated[str, Field(pattern=INSTANCE_TYPE_PATTERN, max_length=64)]
RoleArn = Annotated[str, Field(pattern=ROLE_ARN_PATTERN, max_length=2048)]
AlarmName = Annotated[str, Field(pattern=NOT_BLANK_PATTERN, max_length=255)]
ContentType = Annotated[str, Field(pattern=NOT_BLANK_PATTERN, max_length=256)]
JsonPath = Annotated[str, Field(pattern=JSON_PATH_PATTERN, max_length=256)]
