"""What a manifest may say, and what it means when it says nothing."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from berth_core.manifest import Manifest, Reservation
from berth_core.wording import is_echo

SMALL: dict[str, Any] = {
    "version": 1,
    "name": "llama-eval",
    "reservation": {"plans": ["p5-for-eval"], "instance_type": "ml.p5.48xlarge"},
    "model": "my-model",
}
ON_DEMAND = {"instance_types": ["ml.p5.48xlarge"], "max_hours": 24, "max_usd": "2400.00"}
EXTEND = {"max_price_usd": "2500.00"}


ROLE = "arn:aws:iam::111122223333:role/inference"


def manifest(**over: Any) -> Manifest:
    given: dict[str, Any] = {**SMALL, **over}
    return Manifest.model_validate({key: value for key, value in given.items() if value is not None})


def faults(**over: Any) -> list[tuple[str, str]]:
    """Every fault of a manifest, as its path and what is said of it."""
    with pytest.raises(ValidationError) as refused:
        manifest(**over)
    findings = [each for each in refused.value.errors() if not is_echo(each)]
    return [(".".join(map(str, each["loc"])), each["msg"]) for each in findings]


def reservation(**over: Any) -> dict[str, Any]:
    return {**SMALL["reservation"], **over}


def purchase(**over: Any) -> dict[str, Any]:
    return {"instance_count": 1, "hours": 168, "max_price_usd": "9000.00", **over}


def component(**over: Any) -> dict[str, Any]:
    return {"name": "llama-8b", "model": "my-model", **over}


def staging(**over: Any) -> dict[str, Any]:
    return {"staging": over}


# --- defaults -------------------------------------------------------------------------------------------------------


def test_says_nothing_but_the_least_and_means_the_cautious_rest() -> None:
    least = manifest()
    assert least.reservation == Reservation(plans=("p5-for-eval",), instance_type="ml.p5.48xlarge", instance_count=1)
    assert (least.rollout.strategy, least.rollout.allow_downtime) == ("auto", False)
    assert least.end_of_window.ladder == ("next_plan", "delete")
    assert (least.end_of_window.finish_before_minutes, least.end_of_window.between_blocks) == (60, "delete")
    assert (least.on_drift, least.on_remove, least.scaling, least.hold_until) == ("restore", "keep", None, None)


@pytest.mark.parametrize(
    ("end", "ladder"),
    [
        ({}, ("next_plan", "delete")),
        ({"on_demand": ON_DEMAND}, ("next_plan", "on_demand", "delete")),
        ({"extend": EXTEND}, ("extend", "next_plan", "delete")),
        ({"extend": EXTEND, "on_demand": ON_DEMAND}, ("extend", "next_plan", "on_demand", "delete")),
        ({"on_demand": ON_DEMAND, "ladder": ["delete"]}, ("delete",)),
    ],
)
def test_the_ladder_follows_from_what_is_configured_unless_it_is_given(end: dict[str, Any], ladder: Any) -> None:
    assert manifest(end_of_window=end).end_of_window.ladder == ladder


def test_an_approval_is_required_unless_it_is_waived() -> None:
    read = manifest(reservation=reservation(purchase=purchase()), end_of_window={"extend": EXTEND})
    assert read.reservation.purchase is not None
    assert read.end_of_window.extend is not None
    assert (read.reservation.purchase.approval, read.end_of_window.extend.approval) == ("required", "required")


def test_a_components_highest_number_of_copies_is_its_first_unless_given() -> None:
    components = [component(copies=0), component(name="b", copies=2)]
    parked, two = manifest(model=None, components=components, execution_role_arn=ROLE).components or ()
    assert (parked.max_copies, two.max_copies) == (1, 2)


def test_plans_may_be_left_out_if_one_may_be_bought() -> None:
    assert manifest(reservation=reservation(plans=[], purchase=purchase())).reservation.plans == ("llama-eval-plan",)


def test_money_is_decimal_to_the_cent() -> None:
    read = manifest(end_of_window={"on_demand": {**ON_DEMAND, "max_usd": "2400.10"}}).end_of_window.on_demand
    assert read is not None
    assert read.max_usd == Decimal("2400.10")


def test_days_and_times_are_read_as_such() -> None:
    read = manifest(
        hold_until="2026-12-01T09:00:00+01:00",
        reservation=reservation(purchase=purchase(not_before="2026-12-01", not_after=date(2026, 12, 20))),
    )
    assert read.hold_until == datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert read.reservation.purchase is not None
    assert read.reservation.purchase.not_before == date(2026, 12, 1)


def test_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        manifest().name = "other"  # type: ignore[misc]


# --- each rule ------------------------------------------------------------------------------------------------------

NEEDS_CAP = {"on_demand": "instance_types, max_hours and max_usd", "extend": "max_price_usd"}
RULES = [
    ({"version": 2}, "version", "should be 1"),
    ({"reservation": reservation(plans=[])}, "reservation.plans", "name at least one training plan, or add a purchase"),
    ({"reservation": reservation(plans=["a", "b", "a"])}, "reservation.plans", "a is listed more than once"),
    ({"reservation": reservation(instance_count=0)}, "reservation.instance_count", "greater than or equal to 1"),
    ({"reservation": reservation(instance_count=257)}, "reservation.instance_count", "less than or equal to 256"),
    (
        {"reservation": reservation(instance_count=2, purchase=purchase(instance_count=1))},
        "reservation.purchase",
        "would buy 1 instances, but reservation.instance_count is 2",
    ),
    (
        {"reservation": reservation(instance_count=3, purchase=purchase(instance_count=None))},
        "reservation.purchase",
        "AWS doesn't sell plans of 3 instances",
    ),
    (
        {"reservation": reservation(purchase=purchase(instance_count=3))},
        "reservation.purchase.instance_count",
        "AWS sells plans of 1, 2, 4, 8, 16, 32, 64 instances",
    ),
    ({"reservation": reservation(purchase=purchase(hours=25))}, "reservation.purchase.hours", "multiple of 24"),
    ({"reservation": reservation(purchase=purchase(hours=4392))}, "reservation.purchase.hours", "equal to 4368"),
    (
        {"reservation": reservation(purchase={"hours": 24, "instance_count": 1})},
        "reservation.purchase.max_price_usd",
        "Field required",
    ),
    (
        {"reservation": reservation(purchase=purchase(not_before="2026-12-02", not_after="2026-12-02"))},
        "reservation.purchase.not_after",
        "must be later than not_before (2026-12-02)",
    ),
    ({"reservation": reservation(purchase=purchase(not_before=20261201))}, "reservation.purchase.not_before", "a date"),
    ({"reservation": reservation(purchase=purchase(max_blocks=3))}, "reservation.purchase.max_blocks", "equal to 2"),
    ({"model": None}, "components", "and model are both missing: give one of the two"),
    ({"components": [component()]}, "components", "and model are both given: keep one of the two"),
    ({"model": None, "components": [component(), component()]}, "components", "names llama-8b more than once"),
    ({"model": None, "components": []}, "components", "at least 1 item"),
    (
        {"model": None, "components": [component(copies=1, min_copies=2, max_copies=3)]},
        "components.0.min_copies",
        "is more than copies (1)",
    ),
    (
        {"model": None, "components": [component(copies=2, max_copies=1)]},
        "components.0.max_copies",
        "is less than copies (2)",
    ),
    ({"model": None, "components": [component(memory_mb=127)]}, "components.0.memory_mb", "equal to 128"),
    ({"model": None, "components": [component(accelerators=0)]}, "components.0.accelerators", "equal to 1"),
    ({"execution_role_arn": "inference"}, "execution_role_arn", "match pattern"),
    (
        {"model": None, "components": [component()], "execution_role_arn": None},
        "execution_role_arn",
        "is missing, and SageMaker makes no endpoint for components without it",
    ),
    ({"rollout": {"strategy": "recreate"}}, "rollout.strategy", "add `allow_downtime: true` to rollout"),
    ({"rollout": {"alarms": ["a", "a"]}}, "rollout.alarms", "a is listed more than once"),
    ({"rollout": {"alarms": [str(n) for n in range(11)]}}, "rollout.alarms", "at most 10 items"),
    ({"rollout": {"bake_minutes": 61}}, "rollout.bake_minutes", "equal to 60"),
    ({"rollout": {"strategy": "hop"}}, "end_of_window", "has no on_demand, over which rollout.strategy hop would go"),
    ({"end_of_window": {"ladder": []}}, "end_of_window.ladder", "at least 1 item"),
    ({"end_of_window": {"ladder": ["delete", "delete"]}}, "end_of_window.ladder", "delete is listed more than once"),
    ({"end_of_window": {"ladder": ["fly"]}}, "end_of_window.ladder.0", "'scale_to_zero' or 'delete'"),
    ({"end_of_window": {"ladder": ["on_demand"]}}, "end_of_window.ladder", NEEDS_CAP["on_demand"]),
    ({"end_of_window": {"ladder": ["extend"]}}, "end_of_window.ladder", NEEDS_CAP["extend"]),
    ({"end_of_window": {"between_blocks": "on_demand"}}, "end_of_window.between_blocks", NEEDS_CAP["on_demand"]),
    ({"end_of_window": {"finish_before_minutes": 0}}, "end_of_window.finish_before_minutes", "equal to 1"),
    ({"end_of_window": {"extend": {**EXTEND, "days": 15}}}, "end_of_window.extend.days", "1 to 14 days, or"),
    ({"end_of_window": {"extend": {"days": 1}}}, "end_of_window.extend.max_price_usd", "Field required"),
    (
        {"end_of_window": {"on_demand": {**ON_DEMAND, "instance_types": []}}},
        "end_of_window.on_demand.instance_types",
        "at least 1 item",
    ),
    (
        {"end_of_window": {"on_demand": {"instance_types": ["ml.p5.48xlarge"], "max_usd": 1}}},
        "end_of_window.on_demand.max_hours",
        "Field required",
    ),
    (
        {"end_of_window": {"on_demand": {"instance_types": ["ml.p5.48xlarge"], "max_hours": 1}}},
        "end_of_window.on_demand.max_usd",
        "Field required",
    ),
    ({"scaling": {"idle": {"minutes": 0}}}, "scaling.idle.minutes", "equal to 1"),
    ({"scaling": {"target_concurrency": 0}}, "scaling.target_concurrency", "equal to 1"),
    (
        {"scaling": {"schedule": [{"cron": "0 7 ? * MON *", "timezone": "Europe/Berln", "copies": 1}]}},
        "scaling.schedule.0.timezone",
        "did you mean Europe/Berlin?",
    ),
    ({"evaluate": [{"model": "ft-a", "hours": 0}]}, "evaluate.0.hours", "equal to 1"),
    ({"evaluate": [{"model": "ft a", "hours": 1}]}, "evaluate.0.model", "match pattern"),
    (staging(memory_mb=0), "staging.memory_mb", "equal to 1024"),
    (staging(memory_mb=1025), "staging.memory_mb", "multiple of 1024"),
    (staging(memory_mb=7168), "staging.memory_mb", "equal to 6144"),
    (staging(max_concurrency=201), "staging.max_concurrency", "equal to 200"),
    (staging(checks=[{"content_type": "text/plain"}]), "staging.checks.0.body", "Field required"),
    ({"smoke_test": {"body": "x", "content_type": " "}}, "smoke_test.content_type", "match pattern"),
    ({"hold_until": "2026-12-01T08:00:00"}, "hold_until", "timezone info"),
    ({"hold_until": 1764576000}, "hold_until", "is not a date"),
    ({"tags": {"aws:x": "y"}}, "tags", "keys that begin with aws: or berth: are taken"),
    ({"tags": {"Berth:stack": "y"}}, "tags", "keys that begin with aws: or berth: are taken"),
    ({"tags": {"": "y"}}, "tags", "a key has 1 to 128 characters"),
    ({"tags": {"k": "v" * 257}}, "tags", "a value at most 256"),
    ({"tags": {"k": "a\nb"}}, "tags", "AWS allows letters, digits, spaces"),
    ({"tags": {f"k{n}": "v" for n in range(49)}}, "tags", "at most 48 items"),
    ({"on_drift": "ignore"}, "on_drift", "'restore', 'accept' or 'hold'"),
    ({"on_remove": "destroy"}, "on_remove", "'keep' or 'delete'"),
    ({"reservaton": {}}, "reservaton", "Extra inputs are not permitted"),
    ({"rollout": {"alarm": []}}, "rollout.alarm", "Extra inputs are not permitted"),
]


@pytest.mark.parametrize(("over", "path", "words"), RULES, ids=[f"{path}: {words}" for _, path, words in RULES])
def test_says_what_is_wrong_and_where(over: dict[str, Any], path: str, words: str) -> None:
    ((place, message),) = faults(**over)
    assert place == path
    assert words in message


@pytest.mark.parametrize("amount", [0, "-1", "1.005", "NaN", "Infinity", "ten", "12345678901.00", True])
def test_refuses_what_is_not_an_amount_of_money(amount: Any) -> None:
    places = [place for place, _ in faults(end_of_window={"extend": {"max_price_usd": amount}})]
    assert places == ["end_of_window.extend.max_price_usd"]


def test_tells_all_faults_at_once_even_of_rules_over_several_keys() -> None:
    places = {place for place, _ in faults(name="X", model=None, rollout={"strategy": "recreate", "bake_minutes": 61})}
    assert places == {"name", "components", "rollout.strategy", "rollout.bake_minutes"}


# --- properties -----------------------------------------------------------------------------------------------------

NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
MONEY = st.decimals(min_value="0.01", max_value="99999.99", places=2)
MANIFESTS = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "name": NAMES,
        "reservation": st.fixed_dictionaries(
            {
                "plans": st.lists(NAMES, min_size=1, max_size=4, unique=True),
                "instance_type": st.sampled_from(["ml.p5.48xlarge", "ml.g5.xlarge"]),
                "instance_count": st.integers(1, 256),
            }
        ),
        "model": NAMES,
    },
    optional={
        "end_of_window": st.fixed_dictionaries(
            {
                "on_demand": st.fixed_dictionaries(
                    {**{key: st.just(ON_DEMAND[key]) for key in ON_DEMAND}, "max_usd": MONEY}
                )
            },
            optional={"finish_before_minutes": st.integers(1, 10_080), "return_to_reserved": st.booleans()},
        ),
        "hold_until": st.datetimes(timezones=st.just(UTC)),
        "tags": st.dictionaries(NAMES.filter(lambda key: not key.startswith("aws")), NAMES, max_size=5),
    },
)


@given(MANIFESTS)
@settings(max_examples=50)
def test_survives_the_way_through_json(content: dict[str, Any]) -> None:
    read = Manifest.model_validate(content)
    assert Manifest.model_validate_json(read.model_dump_json()) == read
