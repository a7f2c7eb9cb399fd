"""The machines on the real template and the virtual clock: each case goes its way, and no state is left out."""

from collections import defaultdict

import pytest

from tests.arch.project import machine, machine_files
from tests.machine.cases import Case
from tests.machine.playing import ALL, played

each_case = pytest.mark.parametrize("case", ALL, ids=[f"{case.machine}: {case.name}" for case in ALL])


@each_case
def test_the_machine_goes_its_way_and_ends_as_it_should(case: Case) -> None:
    run = played(case).ended
    assert (run.status, run.error) == case.ends, run.cause
    assert "errorType" not in run.cause, "Lambda's JSON is no cause that anybody would read"
    left = iter(run.path)
    missing = [state for state in case.passes.split() if state not in left]
    assert missing == [], run.path


def test_no_state_of_any_machine_is_left_out() -> None:
    visited: dict[str, set[str]] = defaultdict(set)
    for case in ALL:
        for name, states in played(case).visited.items():
            visited[name] |= states
    assert {name: machine(name)["States"].keys() - visited[name] for name in machine_files()} == {
        name: set() for name in machine_files()
    }


@pytest.mark.parametrize("name", machine_files())
def test_news_that_nobody_hears_makes_no_failure_of_what_was_recorded(name: str) -> None:
    """Read, not run: RecordFailure would write over the outcome of the same decision, which was done."""
    announcing = {key: state for key, state in machine(name)["States"].items() if key.startswith("Announce")}
    after = {catch["Next"] for state in announcing.values() for catch in state["Catch"]}
    assert after
    assert not {state for state in after if state.startswith("Record")}
