"""How far components scale by themselves on instances that they share."""

from typing import Any

import pytest

from berth_core.decide.orders import order_in_force
from berth_core.decide.sharing import most_copies
from berth_core.facts import Snapshot
from tests.unit.component_facts import seen


def looked(instances: int | None, *components: dict[str, Any], instance_type: str = "ml.p5.48xlarge") -> Snapshot:
    """An endpoint of so many instances, with 8 accelerators each."""
    given = [{"name": f"c{number}", "model": "my-model", **each} for number, each in enumerate(components)]
    there = seen({"target_concurrency": 5}, manifest={"components": given})
    assert there.endpoint is not None
    assert there.endpoint.config is not None
    live = there.endpoint.config.model_copy(update={"instance_count": instances, "instance_type": instance_type})
    return there.model_copy(update={"endpoint": there.endpoint.model_copy(update={"config": live})})


@pytest.mark.parametrize(
    ("instances", "components", "most"),
    [
        (1, [{"max_copies": 4}], 4),
        (1, [{"max_copies": 4, "accelerators": 4}], 2),
        (1, [{"max_copies": 4, "accelerators": 4}, {"copies": 1}], 1),
        (2, [{"max_copies": 4, "accelerators": 4}, {"copies": 1}], 3),
        # The other's copies stand together, on as few instances as they can.
        (2, [{"max_copies": 9, "accelerators": 4}, {"copies": 2, "accelerators": 2}], 3),
        (2, [{"max_copies": 9, "accelerators": 5}], 2),
        # Its own copies it may have, whether or not they fit: the manifest asks for them, and somebody is told.
        (1, [{"copies": 3, "max_copies": 4, "accelerators": 4}], 3),
        (1, [{"max_copies": 4, "accelerators": 4}, {"copies": 8}], 1),
        (1, [{"max_copies": 2, "accelerators": 8}, {"copies": 1, "accelerators": 16}], 1),
        (1, [{"max_copies": 4, "accelerators": 4}, {"copies": 1, "accelerators": 8}], 1),
        # One to wake is always left; and the large ones are placed first, since they fit in fewer places.
        (1, [{"copies": 0, "max_copies": 2, "accelerators": 8}, {"copies": 1}], 1),
        (
            2,
            [{"max_copies": 9, "accelerators": 2}, {"copies": 2, "accelerators": 3}, {"copies": 2, "accelerators": 5}],
            1,
        ),
        (None, [{"max_copies": 4, "accelerators": 4}], 1),
    ],
)
def test_as_far_as_there_is_room_beside_the_others(
    instances: int | None, components: list[dict[str, Any]], most: int
) -> None:
    there = looked(instances, *components)
    first = (there.deployment.manifest.components or ())[0]
    assert most_copies(there, first, order_in_force(there)) == most


def test_an_order_may_go_further() -> None:
    there = looked(1, {"max_copies": 4, "accelerators": 4})
    order = order_in_force(there).model_copy(update={"copies": 3})
    assert most_copies(there, (there.deployment.manifest.components or ())[0], order) == 3


def test_an_order_for_fewer_copies_takes_nothing_away() -> None:
    there = looked(1, {"copies": 3, "max_copies": 4, "accelerators": 4})
    order = order_in_force(there).model_copy(update={"copies": 0})
    assert most_copies(there, (there.deployment.manifest.components or ())[0], order) == 3


def test_where_nobody_can_count_accelerators_the_manifest_says_it() -> None:
    unknown = looked(1, {"max_copies": 4, "accelerators": 4}, instance_type="ml.unknown.48xlarge")
    nothing = unknown.model_copy(update={"endpoint": None})
    for there in (unknown, nothing):
        first = (there.deployment.manifest.components or ())[0]
        assert most_copies(there, first, order_in_force(there)) == 4
