"""Names in a manifest: what SageMaker takes, and no longer than what we add leaves room for."""

import pytest
from pydantic import TypeAdapter, ValidationError

from berth_core.manifest.words import DeploymentName, InstanceType, ModelName, RoleArn

DEPLOYMENT: TypeAdapter[str] = TypeAdapter(DeploymentName)
MODEL: TypeAdapter[str] = TypeAdapter(ModelName)
TYPE: TypeAdapter[str] = TypeAdapter(InstanceType)
ROLE: TypeAdapter[str] = TypeAdapter(RoleArn)

TAKEN = [
    *((DEPLOYMENT, name) for name in ("a", "7", "llama-eval", "a--b", "x" * 45)),
    *((MODEL, name) for name in ("My-Model-1", "m" * 63)),
    *((TYPE, name) for name in ("ml.p5.48xlarge", "ml.p6-b200.48xlarge", "ml.p6e-gb200.36xlarge", "ml.g5.xlarge")),
    *((ROLE, name) for name in ("arn:aws:iam::111122223333:role/a", "arn:aws-us-gov:iam::111122223333:role/path/a_b")),
]
REFUSED = [
    *((DEPLOYMENT, name) for name in ("", "Llama", "-a", "a-", "a_b", "a.b", "a b", "é", "a\n", "x" * 46)),
    *((MODEL, name) for name in ("", "-m", "m-", "a/b", "arn:aws:sagemaker:us-east-1:1:model/m", "m" * 64)),
    *((TYPE, name) for name in ("p5.48xlarge", "ml.p5", "ML.p5.48xlarge", "ml..48xlarge", "ml.p5.48xlarge\n")),
    *((ROLE, name) for name in ("inference", "arn:aws:iam::1:role/a", "arn:aws:iam::111122223333:user/a")),
]


@pytest.mark.parametrize(("kind", "name"), TAKEN, ids=[name for _, name in TAKEN])
def test_takes_a_name(kind: TypeAdapter[str], name: str) -> None:
    assert kind.validate_python(name) == name


@pytest.mark.parametrize(("kind", "name"), REFUSED, ids=[repr(name) for _, name in REFUSED])
def test_refuses_a_name(kind: TypeAdapter[str], name: str) -> None:
    with pytest.raises(ValidationError):
        kind.validate_python(name)
