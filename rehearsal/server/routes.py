"""The routes under /_rehearsal: the clock, what is on sale, what goes wrong, and what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from rehearsal.faults import Fault
from rehearsal.server.asking import Asked, BadRequestError, Time, in_words, shown_time, time_of

if TYPE_CHECKING:
    from rehearsal.cloud import Cloud
    from rehearsal.deployment import Stack

PREFIX = "/_rehearsal"

EXAMPLES = {
    "/clock": '{"to": "2026-03-03T11:30:00Z"} or {"advance_seconds": 3600}',
    "/offerings": '{"instance_type": "ml.p5.48xlarge", "instance_count": 2, "target": "endpoint", '
    '"upfront_fee": "9000.00", "blocks": [{"start": "2026-03-03T11:30:00Z", "end": "2026-03-10T11:30:00Z"}]}',
    "/plans": '{"plan": "p5-for-eval", "block": 0, "end": "2026-03-09T11:30:00Z"}',
    "/capacity": '{"instance_type": "ml.p5.48xlarge", "available": 0}',
    "/traffic": '{"endpoint": "llama-eval", "requests_per_minute": 6, "from": "2026-03-03T12:00:00Z", '
    '"until": "2026-03-10T11:00:00Z"}',
    "/faults": '[{"on": "event:SageMaker Endpoint State Change", "do": "drop"}]',
}


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ClockMove(_Body):
    """The body of POST /_rehearsal/clock."""

    advance_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    to: Time | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> ClockMove:
        if (self.advance_seconds is None) == (self.to is None):
            raise ValueError("give either advance_seconds (a number) or to (a time)")
        return self


class OnDemandCapacity(_Body):
    """The body of POST /_rehearsal/capacity."""

    instance_type: str
    available: int


@dataclass(frozen=True)
class Answer:
    """What a route answers, as JSON."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class Routes:
    """All routes of one cloud and the stack in it."""

    def __init__(self, cloud: Cloud, stack: Stack) -> None:
        self._cloud = cloud
        self._stack = stack
        self._by_path: dict[str, dict[str, Callable[[Asked], Any]]] = {
            "/health": {"GET": self._health},
            "/stack": {"GET": self._outputs_and_resources},
            "/clock": {"GET": self._now, "POST": self._move_clock},
            "/offerings": {"POST": self._put_on_sale},
            "/plans": {"POST": self._change_plan},
            "/capacity": {"POST": self._limit_on_demand},
            "/traffic": {"GET": self._count_traffic, "POST": self._send_traffic},
            "/faults": {"GET": self._planned_faults, "POST": self._plan_faults, "DELETE": self._clear_faults},
            "/timeline": {"GET": self._what_happened},
        }

    def answer(self, method: str, path: str, asked: Asked) -> Answer:
        """`path` begins with PREFIX. Whatever is wrong with the request comes back as an answer, in words."""
        name = path.removeprefix(PREFIX).rstrip("/")
        methods = self._by_path.get(name)
        if methods is None:
            return Answer(404, {"error": f"there is no route {path}; there are: {', '.join(self.listed())}"})
        act = methods.get("GET" if method == "HEAD" else method)
        if act is None:
            allowed = ", ".join(methods)
            return Answer(405, {"error": f"{method} is not possible on {path}; use {allowed}"}, {"Allow": allowed})
        example = EXAMPLES.get(name, "")
        try:
            return Answer(200, act(replace(asked, example=example)))
        except ValueError as error:
            return Answer(400, {"error": in_words(error, example)})

    def listed(self) -> list[str]:
        """Each route as `METHOD path`."""
        return [f"{method} {PREFIX}{path}" for path, methods in self._by_path.items() for method in methods]

    # What there is

    def _health(self, asked: Asked) -> dict[str, Any]:
        asked.parameters_of()
        errors = list(self._cloud.kernel.errors)
        return {"status": "ready", "errors": errors} if errors else {"status": "ready"}

    def _outputs_and_resources(self, asked: Asked) -> dict[str, Any]:
        asked.parameters_of()
        return {"outputs": self._stack.outputs, "resources": self._stack.resources}

    def _what_happened(self, asked: Asked) -> list[dict[str, Any]]:
        wanted = asked.parameters_of("since", "kind")
        since = _since(wanted["since"]) if "since" in wanted else None
        kinds = wanted["kind"].split(",") if "kind" in wanted else None
        return [
            entry.as_json()
            for entry in self._cloud.timeline
            if (since is None or entry.at >= since) and (kinds is None or entry.kind in kinds)
        ]

    # The clock

    def _now(self, asked: Asked) -> dict[str, str]:
        asked.parameters_of()
        return {"now": shown_time(self._cloud.now)}

    def _move_clock(self, asked: Asked) -> dict[str, str]:
        move = ClockMove.model_validate(asked.fields())
        now = self._cloud.now
        try:
            to = move.to or now + timedelta(seconds=move.advance_seconds or 0.0)
        except OverflowError as error:
            raise BadRequestError(f"advance_seconds: {move.advance_seconds} leads beyond the year 9999") from error
        if to < now:
            raise BadRequestError(
                f"to: {shown_time(to)} has passed: the clock stands at {shown_time(now)} and can't go back; "
                "give a later time, or start the server anew with --start"
            )
        return {"now": shown_time(self._cloud.advance(to=to))}

    # What the world offers

    def _put_on_sale(self, asked: Asked) -> dict[str, str]:
        return {"offering_id": self._cloud.sagemaker.put_on_sale(asked.fields())}

    def _change_plan(self, asked: Asked) -> dict[str, Any]:
        change = asked.fields()
        self._cloud.sagemaker.change_plan(change)
        return change

    def _limit_on_demand(self, asked: Asked) -> dict[str, Any]:
        limit = OnDemandCapacity.model_validate(asked.fields())
        self._cloud.sagemaker.set_on_demand(limit.instance_type, limit.available)
        return limit.model_dump()

    def _send_traffic(self, asked: Asked) -> dict[str, Any]:
        stream = asked.fields()
        self._cloud.traffic.add(stream)
        return stream

    def _count_traffic(self, asked: Asked) -> dict[str, Any]:
        asked.parameters_of()
        return self._cloud.traffic.report()

    # What goes wrong

    def _planned_faults(self, asked: Asked) -> list[dict[str, Any]]:
        asked.parameters_of()
        return [fault.model_dump(exclude_none=True) for fault in self._cloud.faults.planned()]

    def _plan_faults(self, asked: Asked) -> dict[str, int]:
        faults = asked.items()
        # For an error that names the place in the list.
        TypeAdapter(list[Fault]).validate_python(faults)
        self._cloud.faults.add(faults)
        return {"planned": len(faults)}

    def _clear_faults(self, asked: Asked) -> dict[str, int]:
        asked.parameters_of()
        self._cloud.faults.clear()
        return {"planned": 0}


def _since(written: str) -> Any:
    try:
        # A "+" that was not escaped arrives as a space.
        return time_of(written.replace(" ", "+"))
    except ValueError as error:
        raise BadRequestError(f"since: {error}") from error
