"""`make mutation`: what the tables of the decision core notice, and what they don't."""

import argparse
import importlib
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from tests.mutation.judging import Judge
from tests.mutation.mutants import DECIDE, mutants_of
from tests.mutation.page import Found, InModule, page, row

TESTS = Path("tests/unit")
ASKS = ("berth_core.decide", "tests.builders", "tests.purchase_builders", "component_facts")
ASKS_MORE = ("rehearsal", "berth_aws", "berth_shell", "drawn_")
"""Not the core alone; or its properties, which draw whole snapshots and are slow."""
QUIETLY = ("-p", "no:xdist", "-p", "no:cacheprovider", "--assert=plain", "--tb=native", "-qq")


class Mutation:
    """A pytest plugin that runs over each change the tests that reach it, in place of all tests once."""

    def __init__(self, modules: Sequence[str], at_a_time: int, keep: Callable[[str, InModule], None]) -> None:
        self._modules = modules
        self._at_a_time = at_a_time
        self._keep = keep

    @pytest.hookimpl
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        imported = {module: importlib.import_module(f"berth_core.decide.{module}") for module in self._modules}
        judge = Judge(session.items, imported)
        for test in judge.failing:
            print(f"{test} fails over unchanged code, and doesn't judge", flush=True)
        print(f"{len(session.items)} tests watch over {len(imported)} modules", flush=True)
        for module in self._modules:
            self._keep(module, self._judged(judge, module))
        return True

    def _judged(self, judge: Judge, module: str) -> InModule:
        before = _minutes()
        found = InModule()
        for judged in judge.judged(mutants_of(DECIDE / f"{module}.py"), self._at_a_time):
            found.changes += 1
            if judged.verdict == "survived":
                found.survived.append(row(judged))
                print(f"survived {row(judged)}", flush=True)
        found.minutes = _minutes() - before
        noticed = found.changes - len(found.survived)
        print(f"{module}: {noticed} of {found.changes} noticed in {found.minutes:.1f} minutes of CPU", flush=True)
        return found


def main() -> int:
    """0 if all changes were judged, whatever survived."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("modules", nargs="*", help="of decide/; all if none is named")
    asked.add_argument("--at-a-time", type=int, default=2, help="processes")
    asked.add_argument("--found", type=Path, required=True, help="where it is kept what was found, module by module")
    asked.add_argument("--page", type=Path, required=True, help="written as soon as all modules were judged")
    given = asked.parse_args()
    every = sorted(path.stem for path in DECIDE.glob("*.py") if path.stem != "__init__")

    def keep(module: str, what: InModule) -> None:
        before = Found.model_validate_json(given.found.read_text()) if given.found.exists() else Found()
        found = before.with_module(module, what, every)
        given.found.write_text(found.model_dump_json(indent=1))
        if found.modules.keys() == set(every):
            given.page.write_text(page(found))

    # The same examples in each fork, and no search for the smallest that fails: one is enough.
    settings.register_profile("mutation", settings.get_profile("ci"), phases=(Phase.explicit, Phase.generate))
    mutation = Mutation(given.modules or every, given.at_a_time, keep)
    return int(pytest.main([*_tables(), *QUIETLY, "--hypothesis-profile=mutation"], plugins=[mutation]))


def _tables() -> Iterator[str]:
    """The tests that ask the core alone."""
    for path in sorted(TESTS.glob("test_*.py")):
        text = path.read_text()
        if any(each in text for each in ASKS) and not any(each in text for each in ASKS_MORE):
            yield str(path)


def _minutes() -> float:
    """Of CPU, here and in all forks."""
    each = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in each) / 60


if __name__ == "__main__":
    sys.exit(main())
