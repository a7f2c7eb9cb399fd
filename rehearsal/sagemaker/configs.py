"""Endpoint configs: immutable, by name, tied to a plan's reservation when they are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rehearsal.sagemaker import config_rules
from rehearsal.sagemaker.fleets import Fleet, variant_of
from rehearsal.sagemaker.paging import chosen, ordered, page, with_token
from rehearsal.sagemaker.refusals import InvalidRequestError

if TYPE_CHECKING:
    from rehearsal.sagemaker.twin import Twin


@dataclass(frozen=True)
class Config:
    """`request` is the CreateEndpointConfig call's, without its tags; `fleet` is what an endpoint of it starts as."""

    name: str
    arn: str
    created_at: datetime
    request: dict[str, Any]
    fleet: Fleet


class Configs:
    """All endpoint configs by name."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self._configs: dict[str, Config] = {}

    def get(self, name: str) -> Config | None:
        return self._configs.get(name)

    def all(self) -> list[Config]:
        return list(self._configs.values())

    def known(self, name: str) -> Config:
        config = self._configs.get(name)
        if config is None:
            arn = self._twin.arns.endpoint_config(name)
            raise InvalidRequestError(f'Could not find endpoint configuration "{arn}".')
        return config

    # Operations

    def create(self, request: dict[str, Any]) -> dict[str, Any]:
        name: str = request["EndpointConfigName"]
        arn = self._twin.arns.endpoint_config(name)
        if name in self._configs:
            raise InvalidRequestError(f'Cannot create already existing endpoint configuration "{arn}".')
        fleet = Fleet(name, tuple(variant_of(asked) for asked in request["ProductionVariants"]))
        config_rules.check(self._twin, request, fleet)
        kept = {key: value for key, value in request.items() if key != "Tags"}
        self._configs[name] = config = Config(name, arn, self._twin.now, kept, fleet)
        self._twin.tags.put(arn, request.get("Tags", []))
        self._twin.events.config_changed(config)
        return {"EndpointConfigArn": arn}

    def describe(self, request: dict[str, Any]) -> dict[str, Any]:
        config = self.known(request["EndpointConfigName"])
        variants = [{"InitialVariantWeight": 1.0, **each} for each in config.request["ProductionVariants"]]
        metrics = {"EnableDetailedObservability": True, **config.request.get("MetricsConfig", {})}
        return {
            "EnableNetworkIsolation": False,
            **config.request,
            "ProductionVariants": variants,
            "MetricsConfig": metrics,
            "EndpointConfigArn": config.arn,
            "CreationTime": config.created_at,
        }

    def list(self, request: dict[str, Any]) -> dict[str, Any]:
        by_name = request.get("SortBy") == "Name"
        sorted_configs = ordered(
            chosen(self._configs.values(), request),
            lambda config: config.name if by_name else config.created_at,
            request,
            default="Descending",
        )
        found, token = page(sorted_configs, request)
        rows = [
            {"EndpointConfigName": each.name, "EndpointConfigArn": each.arn, "CreationTime": each.created_at}
            for each in found
        ]
        return with_token({"EndpointConfigs": rows}, token)

    def delete(self, request: dict[str, Any]) -> dict[str, Any]:
        """A config in use is not protected, and later updates of its endpoint fail (aws-facts 2.7)."""
        config = self.known(request["EndpointConfigName"])
        self._twin.events.config_changed(config)
        del self._configs[config.name]
        self._twin.tags.forget(config.arn)
        return {}
