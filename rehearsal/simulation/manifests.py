"""Draws what people ask for in a manifest, and how they change their minds."""

from __future__ import annotations

import copy
from random import Random

from rehearsal.simulation.worlds import Written

_LADDERS = {
    ("on_demand", "delete"): 8,
    ("delete",): 4,
    ("next_plan", "on_demand", "delete"): 5,
    ("next_plan", "delete"): 4,
    # Without its last rung a way off is tried every five minutes for ever, which makes a world dear.
    ("next_plan", "on_demand"): 1,
}


def drawn_manifest(random: Random, name: str, plans: list[str], reserved: int) -> Written:
    """For one model. It may ask for more instances than are reserved, rarely."""
    count = random.randint(1, reserved) if random.random() < 0.92 else reserved + 1
    manifest: Written = {
        "version": 1,
        "name": name,
        "reservation": {"plans": list(plans), "instance_type": "ml.p5.48xlarge", "instance_count": count},
        "model": "my-model",
        "execution_role_arn": "arn:aws:iam::111122223333:role/inference",
        "end_of_window": _end_of_window(random),
        "on_remove": random.choice(("keep", "delete")),
    }
    if random.random() < 0.3:
        manifest["reservation"]["priority"] = random.choice((5, 50))
    if random.random() < 0.4:
        manifest["rollout"] = {"allow_downtime": True}
    if random.random() < 0.3:
        manifest["smoke_test"] = {"body": '{"inputs": "hi"}', "content_type": "application/json"}
    return manifest


def _end_of_window(random: Random) -> Written:
    ladder = list(random.choices(tuple(_LADDERS), weights=tuple(_LADDERS.values()))[0])
    asked: Written = {"ladder": ladder, "finish_before_minutes": random.choice((35, 60, 90))}
    if "on_demand" in ladder:
        types = random.choice((["ml.p5.48xlarge"], ["ml.p5.48xlarge", "ml.p4d.24xlarge"]))
        usd = random.choice(("150.00", "400.00", "2400.00"))
        asked["on_demand"] = {"instance_types": types, "max_hours": random.choice((2, 4, 6)), "max_usd": usd}
        asked["between_blocks"] = random.choice(("on_demand", "delete"))
    else:
        asked["between_blocks"] = "delete"
    if random.random() < 0.2:
        asked["return_to_reserved"] = False
    return asked


def changed(random: Random, manifest: Written, reserved: int) -> Written | None:
    """The next wish: another model, another count, another way off; or None, the end of it."""
    wish = copy.deepcopy(manifest)
    kind = random.choice(("model", "model", "count", "end", "both", "removed"))
    if kind == "removed":
        return None if manifest["on_remove"] == "delete" else wish
    if kind in ("model", "both"):
        wish["model"] = "my-model-v2"
    if kind in ("count", "both"):
        wish["reservation"]["instance_count"] = random.randint(1, reserved)
    if kind == "end":
        wish["end_of_window"] = _end_of_window(random)
    return wish
