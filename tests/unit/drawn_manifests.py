"""Manifests as hypothesis draws them: always valid, and with all that they may say of money, time and models."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from tests.builders import END, P4D, P5, START
from tests.unit.component_facts import LLAMA, ROLE

HOUR = timedelta(hours=1)
UNTIL = [None, START + 20 * HOUR, END + 20 * HOUR]


@st.composite
def manifests(draw: Any) -> dict[str, Any]:
    """What a manifest says beside its name; always a valid one."""
    components = draw(st.booleans())
    allowed = draw(st.sampled_from([None, {"max_hours": 24, "max_usd": "2400.00"}, {"max_hours": 2, "max_usd": "90"}]))
    rungs = ["next_plan", *(["on_demand"] if allowed else []), *(["scale_to_zero"] if components else []), "delete"]
    end: dict[str, Any] = {
        "ladder": draw(st.lists(st.sampled_from(rungs), min_size=1, unique=True)),
        "between_blocks": draw(st.sampled_from(["scale_to_zero", "delete", *(["on_demand"] if allowed else [])])),
        "return_to_reserved": draw(st.booleans()),
    }
    if allowed:
        count = draw(st.sampled_from([None, 1, 2]))
        end["on_demand"] = {"instance_types": draw(st.permutations([P5, P4D])), "instance_count": count, **allowed}
    if draw(st.booleans()):
        end["ladder"] = ["extend", *end["ladder"]]
        end["extend"] = {"days": 1, "max_price_usd": "900.00", "approval": draw(st.sampled_from(["none", "required"]))}
    strategies = ["auto", "all_at_once", "rolling", "recreate", *(["hop"] if allowed else [])]
    rollout: dict[str, Any] = {
        "strategy": draw(st.sampled_from(strategies)),
        "alarms": draw(st.sampled_from([[], ["5xx"]])),
        "allow_downtime": draw(st.booleans()),
    }
    rollout["allow_downtime"] |= rollout["strategy"] == "recreate"
    given: dict[str, Any] = {
        "reservation": draw(_reservations()),
        "end_of_window": end,
        "rollout": rollout,
        "on_drift": draw(st.sampled_from(["restore", "accept", "hold"])),
        "on_remove": draw(st.sampled_from(["keep", "delete"])),
        "hold_until": draw(st.sampled_from(UNTIL)),
        **(draw(_of_components()) if components else draw(_of_a_model())),
    }
    return given


@st.composite
def _reservations(draw: Any) -> dict[str, Any]:
    purchase = {"hours": 24, "max_price_usd": "1000.00", "instance_count": 4}
    return {
        "plans": draw(st.sampled_from([["p5-for-eval"], ["p5-for-eval", "p5-second"]])),
        "instance_type": P5,
        "instance_count": draw(st.integers(1, 3)),
        "priority": draw(st.integers(0, 2)),
        "purchase": draw(st.sampled_from([None, purchase])),
    }


@st.composite
def _of_a_model(draw: Any) -> dict[str, Any]:
    turns = [{"model": "ft-a", "hours": 20}, {"model": "ft-b", "hours": 200}]
    evaluate = draw(st.sampled_from([[], turns]))
    return {"model": draw(st.sampled_from(["my-model", "my-model-v2"])), "evaluate": evaluate}


@st.composite
def _of_components(draw: Any) -> dict[str, Any]:
    names = draw(st.sampled_from([["llama-8b"], ["llama-8b", "other"]]))
    rules = [
        {"cron": "0 18 * * ? *", "copies": 0},
        {"cron": "0 7 * * ? *", "timezone": "Europe/Berlin", "copies": 2, "ready_by": draw(st.booleans())},
    ]
    scaling = {
        "target_concurrency": draw(st.sampled_from([None, 5])),
        "idle": draw(st.sampled_from([None, {"minutes": 15, "copies": 0}])),
        "wake": draw(st.booleans()),
        "schedule": draw(st.sampled_from([[], rules])),
        "method": draw(st.sampled_from(["copies", "delete_and_recreate"])),
    }
    return {
        "model": None,
        "components": [{**LLAMA, "name": name} for name in names],
        "execution_role_arn": ROLE,
        "scaling": draw(st.sampled_from([None, scaling])),
    }
