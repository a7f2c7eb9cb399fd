"""From text to a manifest, or to every problem with its line and the way out."""

from decimal import Decimal

import pytest

from berth_core.manifest import Manifest
from berth_core.parsing import Rejection, parse_manifest
from tests.manifest_samples import EXAMPLE_WITH_COMPONENTS, EXAMPLE_WITH_MODEL, SMALL, small_with

PRICED = frozenset({"ml.p5.48xlarge", "ml.p4d.24xlarge"})


def parse(text: str) -> Manifest | Rejection:
    return parse_manifest(text, object_name="llama-eval", priced_types=PRICED)


def accepted(text: str) -> Manifest:
    read = parse(text)
    assert isinstance(read, Manifest), read.as_text()
    return read


def refused(text: str) -> list[str]:
    read = parse(text)
    assert isinstance(read, Rejection)
    return read.as_text().splitlines()


@pytest.mark.parametrize("text", [EXAMPLE_WITH_MODEL, EXAMPLE_WITH_COMPONENTS, SMALL])
def test_takes_the_contracts_example_and_the_least(text: str) -> None:
    assert accepted(text).name == "llama-eval"


# --- values are what was written ------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", ["2400.10", '"2400.10"', "'2400.10'", "2_400.10"])
def test_no_cent_is_lost(amount: str) -> None:
    block = f"end_of_window: {{on_demand: {{instance_types: [ml.p5.48xlarge], max_hours: 24, max_usd: {amount}}}}}"
    read = accepted(small_with(block)).end_of_window.on_demand
    assert read is not None
    assert str(read.max_usd) == "2400.10"
    assert read.max_usd == Decimal("2400.10")


@pytest.mark.parametrize(
    ("written", "meant"), [("true", True), ("yes", True), ("on", True), ("no", False), ("OFF", False)]
)
def test_a_switch_may_be_written_in_each_of_yamls_ways(written: str, meant: bool) -> None:
    assert accepted(small_with(f"rollout: {{allow_downtime: {written}}}")).rollout.allow_downtime is meant


def test_text_stays_text_whatever_it_looks_like() -> None:
    tags = accepted(small_with("tags: {a: 012, b: no, c: 1.10, d: 2026-12-01, e: 18:30, f: 'null', on: x, g: ''}")).tags
    assert tags == {
        "a": "012",
        "b": "no",
        "c": "1.10",
        "d": "2026-12-01",
        "e": "18:30",
        "f": "null",
        "on": "x",
        "g": "",
    }


def test_a_cron_expression_needs_no_quotes() -> None:
    text = small_with("scaling:\n  schedule:\n    - cron: 0 18 ? * FRI *\n      copies: 0")
    scaling = accepted(text).scaling
    assert scaling is not None
    assert scaling.schedule[0].cron == "0 18 ? * FRI *"


@pytest.mark.parametrize("nothing", ["", "~", "null", "# later"])
def test_a_key_without_a_value_counts_as_not_given(nothing: str) -> None:
    assert accepted(small_with(f"scaling: {nothing}", f"rollout: {nothing}")) == accepted(SMALL)


def test_json_is_yaml_too() -> None:
    text = (
        '{"version": 1, "name": "llama-eval", "model": "my-model", '
        '"reservation": {"plans": ["p5-for-eval"], "instance_type": "ml.p5.48xlarge"}}'
    )
    assert accepted(text) == accepted(SMALL)


# --- problems -------------------------------------------------------------------------------------------------------

ON_DEMAND = "end_of_window: {{on_demand: {{instance_types: {types}, max_hours: {hours}, max_usd: {usd}}}}}"


def on_demand(types: str = "[ml.p5.48xlarge]", hours: str = "24", usd: str = "2400") -> str:
    return small_with(ON_DEMAND.format(types=types, hours=hours, usd=usd))


PROBLEMS = [
    (small_with("name: other"), "line 6: name 'other' must be the object's name, 'llama-eval': rename one of the two"),
    (
        small_with("name: Llama"),
        "line 6: name 'Llama' must be lower-case letters and digits, with hyphens between them, such as llama-eval",
    ),
    (small_with(f"name: {'x' * 46}"), f"line 6: name '{'x' * 46}' must have at most 45 characters"),
    (
        small_with("name:"),
        "line 6: name is missing: The deployment's name, which is also the endpoint's and the object's.",
    ),
    (small_with("version: 2"), "line 6: version '2' is not allowed: allowed are 1"),
    (small_with("reservaton: {}"), "line 7: reservaton is not a key of this block: did you mean 'reservation'?"),
    (
        SMALL.replace("instance_type", "instance_typ"),
        "line 3: reservation.instance_type is missing: The plan's SageMaker instance type, such as ml.p5.48xlarge.",
    ),
    (
        small_with("rollout:\n  colour: red"),
        "line 8: rollout.colour is not a key of this block: allowed are bake_minutes, alarms, allow_downtime, strategy",
    ),
    (
        small_with("unknown:"),
        "line 7: unknown is not a key of this block: allowed are version, name, reservation, model",
    ),
    (small_with("on_drift: restor"), "line 7: on_drift 'restor' is not allowed: did you mean 'restore'?"),
    (
        small_with("end_of_window: {ladder: [fly]}"),
        "line 7: end_of_window.ladder[0] 'fly' is not allowed: allowed are extend, next_plan, on_demand, "
        "scale_to_zero, delete",
    ),
    (
        on_demand(types="[ml.p5.48xlarge, ml.x9.large]"),
        "line 7: end_of_window.on_demand.instance_types[1] 'ml.x9.large' has no price, and without one there is no "
        "ceiling: add it to the stack parameter OnDemandPrices, such as ml.x9.large=12.34 (USD per hour)",
    ),
    (
        on_demand(types="[ml.p5.48xlarg]"),
        "line 7: end_of_window.on_demand.instance_types[0] 'ml.p5.48xlarg' has no price, and without one there is no "
        "ceiling: add it to the stack parameter OnDemandPrices, such as ml.p5.48xlarg=12.34 (USD per hour), or take a "
        "type that has one, such as ml.p5.48xlarge",
    ),
    (
        on_demand(types="[p5]"),
        "line 7: end_of_window.on_demand.instance_types[0] 'p5' must be a SageMaker instance type",
    ),
    (on_demand(types="[]"), "line 7: end_of_window.on_demand.instance_types must have at least 1 entry"),
    (
        on_demand(types="ml.p5.48xlarge"),
        "line 7: end_of_window.on_demand.instance_types 'ml.p5.48xlarge' must be a list",
    ),
    (on_demand(hours="1.5"), "line 7: end_of_window.on_demand.max_hours '1.5' must be a whole number, such as 1"),
    (on_demand(hours="0"), "line 7: end_of_window.on_demand.max_hours '0' must be at least 1"),
    (
        on_demand(usd="a lot"),
        "line 7: end_of_window.on_demand.max_usd 'a lot' must be an amount in USD, such as 2400.00",
    ),
    (on_demand(usd="-3"), "line 7: end_of_window.on_demand.max_usd '-3' must be more than 0"),
    (
        on_demand(usd="1.005"),
        "line 7: end_of_window.on_demand.max_usd '1.005' must be an amount in USD, such as 2400.00: whole",
    ),
    (on_demand(usd=".nan"), "line 7: end_of_window.on_demand.max_usd '.nan' must be an amount in USD"),
    (small_with("rollout: {allow_downtime: maybe}"), "line 7: rollout.allow_downtime 'maybe' must be true or false"),
    (small_with("rollout: {alarms: [~]}"), "line 7: rollout.alarms[0] is empty: it must be text"),
    (small_with("rollout: [auto]"), "line 7: rollout must be a block of keys: bake_minutes, alarms"),
    (small_with("tags: [a]"), "line 7: tags must be a block of keys, such as team: nlp"),
    (small_with("tags: {'odd key': [1]}"), "line 7: tags['odd key'] must be text"),
    (small_with("staging: {memory_mb: 1025}"), "line 7: staging.memory_mb '1025' must be a multiple of 1024"),
    (small_with("staging: {memory_mb: 7168}"), "line 7: staging.memory_mb '7168' must be at most 6144"),
    (
        small_with("hold_until: 2026-12-01"),
        "line 7: hold_until '2026-12-01' must be a time with its zone, such as 2026-12-01T08",
    ),
    (
        small_with("hold_until: 2026-12-01 08:00:00"),
        "line 7: hold_until '2026-12-01 08:00:00' must be a time with its zone",
    ),
    (
        small_with("hold_until: 9999-12-31T23:59:59Z"),
        "line 7: hold_until '9999-12-31T23:59:59Z' is too far away: years go to 2999 here, such as 2999-12-01T08",
    ),
    (small_with("hold_until: 20261201"), "line 7: hold_until '20261201' is not a date: write year-month-day"),
    (
        small_with("components: [{name: a, model: b}]"),
        "line 7: components and model are both given: keep one of the two",
    ),
    (small_with("model:"), "line 1: components and model are both missing: give one of the two"),
    (
        small_with("tags: {aws:x: y}"),
        "line 7: tags has 'aws:x': 'y', but keys that begin with aws: or berth: are taken",
    ),
    ("- a", "line 1: the manifest must be a block of keys: version, name, reservation"),
    ("just text", "line 1: the manifest 'just text' must be a block of keys: version, name, reservation"),
]


@pytest.mark.parametrize(("text", "expected"), PROBLEMS, ids=[expected for _, expected in PROBLEMS])
def test_names_the_line_the_field_the_value_and_the_way_out(text: str, expected: str) -> None:
    assert any(line.startswith(expected) for line in refused(text)), "\n".join(refused(text))


def test_tells_everything_at_once_in_the_order_of_the_text() -> None:
    text = """\
version: 1
name: Llama
reservation:
  plans: []
  instance_type: p5
  instance_count: none
rollout: {strategy: recreate}
end_of_window:
  ladder: [on_demand]
  finish_before_minutes: soon
scaling:
  schedule:
    - {cron: 0 18 * * FRI *, timezone: Europe/Berln}
colour: red
"""
    assert [line.partition(" ")[2].split(" ")[:2] for line in refused(text)] == [
        ["1:", "components"],
        ["2:", "name"],
        ["4:", "reservation.plans"],
        ["5:", "reservation.instance_type"],
        ["6:", "reservation.instance_count"],
        ["7:", "rollout.strategy"],
        ["9:", "end_of_window.ladder"],
        ["10:", "end_of_window.finish_before_minutes"],
        ["13:", "scaling.schedule[0].copies"],
        ["13:", "scaling.schedule[0].cron"],
        ["13:", "scaling.schedule[0].timezone"],
        ["14:", "colour"],
    ]


def test_a_wrong_entry_makes_no_list_too_short() -> None:
    assert len(refused(on_demand(types="[p5]"))) == 1


def test_a_default_that_depends_on_a_wrong_key_is_not_complained_of() -> None:
    text = small_with("model:", "components: [{name: a, model: b, copies: x}]")
    assert refused(text) == ["line 7: components[0].copies 'x' must be a whole number, such as 1"]


def test_a_key_given_twice_is_told_with_both_lines() -> None:
    assert refused(SMALL + "model: other\n") == ["line 7: model is here again, after line 6: keep one"]


def test_any_type_goes_where_no_prices_are_known() -> None:
    read = parse_manifest(on_demand(types="[ml.x9.large]"), object_name="llama-eval", priced_types=None)
    assert isinstance(read, Manifest)


def test_a_long_value_is_cut_and_stays_on_one_line() -> None:
    (line,) = refused(small_with(f'on_drift: "{"x" * 200}\\n"'))
    assert line.startswith(f"line 7: on_drift '{'x' * 79}... is not allowed")
