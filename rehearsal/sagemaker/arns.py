"""Names of the twin's resources."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Arns:
    """ARNs of one account and region."""

    account_id: str
    region: str

    def of(self, kind: str, name: str) -> str:
        return f"arn:aws:sagemaker:{self.region}:{self.account_id}:{kind}/{name}"

    def endpoint(self, name: str) -> str:
        """Lower-cased, as AWS does for endpoints (aws-facts 0, trap 7)."""
        return self.of("endpoint", name.lower())

    def endpoint_config(self, name: str) -> str:
        return self.of("endpoint-config", name)

    def inference_component(self, name: str) -> str:
        return self.of("inference-component", name)

    def model(self, name: str) -> str:
        return self.of("model", name)

    def training_plan(self, name: str) -> str:
        return self.of("training-plan", name)

    def reserved_capacity(self, plan_name: str, block: int) -> str:
        return self.of("reserved-capacity", f"{plan_name}-{block}")


def kind_and_name(arn: str) -> tuple[str, str]:
    """("endpoint", "llama") of an endpoint's ARN; two empty strings for what is no ARN."""
    kind, _, name = arn.rpartition(":")[2].partition("/")
    return (kind, name) if arn.startswith("arn:") else ("", "")
