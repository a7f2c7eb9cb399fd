"""JSON values through DynamoDB's types and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from berth_aws.attributes import from_attributes, to_attribute, to_attributes

WHOLE = st.integers(min_value=-(10**30), max_value=10**30)
FRACTIONS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | FRACTIONS | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_every_json_value_comes_back_as_it_was(item: dict[str, object]) -> None:
    assert from_attributes(to_attributes(item)) == item


def test_true_is_not_one() -> None:
    assert to_attribute(True) == {"BOOL": True}
    assert to_attribute(1) == {"N": "1"}


def test_what_json_cannot_say_is_named() -> None:
    with pytest.raises(TypeError, match=r"\{1\} is set: a ledger row holds only what JSON can say"):
        to_attributes({"numbers": {1}})
