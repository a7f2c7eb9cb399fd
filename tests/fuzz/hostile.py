"""What nobody's friend would write: text, JSON and events as hypothesis draws them."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.arch.project import ROOT

EVENTS = ROOT / "events" / "in"
JSONATA = (
    "{% $eval('1') %}",
    "{% $states.context.Execution.Id %}",
    "{%$now()%}",
    "States.Format('{}', $.x)",
    "${LedgerTable}",
    "$states.input",
)
PATHS = ("../../etc/passwd", "deployments/../x", "a/b", "/", ".", "..", "C:\\x", "llama-eval/staging", "history#x")
MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "]]><!--",
    "\" onmouseover='x'",
    "&lt;&amp;",
    "[a](javascript:alert(1))",
)
# A mail's header, a terminal's escape, text that runs backwards, lines that only some programs see.
CONTROL = ("a\r\nBcc: x@example.com", "a\n\nb", "\x1b[31mred", "\x00", "\x07", "a\u202eb", "a\u2028b", "\x85", "\ufeff")
SPECIAL = (*JSONATA, *PATHS, *MARKUP, *CONTROL)


def drawn(examples: int) -> settings:
    """So many cases, over text that takes long to draw."""
    return settings(
        max_examples=examples,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
    )


def texts(longest: int = 40) -> st.SearchStrategy[str]:
    """Without halves of characters, which neither UTF-8 nor JSON on AWS can carry."""
    plain = st.text(st.characters(codec="utf-8"), max_size=longest)
    return st.one_of(st.sampled_from(SPECIAL), plain, plain.map(lambda text: f"llama-eval{text}"))


HUGE = st.sampled_from(["a" * 5000, "😀" * 3000, "a-" * 4000, "\n" * 3000])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    texts(),
    HUGE,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts(12), inner, max_size=3)),
    max_leaves=6,
)


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def places(node: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where there is anything in a JSON value, from the outside in."""
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [above, *(place for key, member in members for place in places(member, (*above, key)))][not above :]


@st.composite
def spoilt(draw: Any, whole: Any) -> Any:
    """A copy in which one to three things are left out, are something else, or have a stranger beside them."""
    changed = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(places(changed) or [()]))
        if not place:
            continue
        holder = changed
        for step in place[:-1]:
            holder = holder[step]
        how = draw(st.sampled_from(["replace", "replace", "remove", "add"]))
        if how == "replace":
            holder[place[-1]] = draw(VALUES)
        elif how == "remove":
            del holder[place[-1]]
        elif isinstance(holder, dict):
            holder[draw(texts(12))] = draw(VALUES)
    return changed
