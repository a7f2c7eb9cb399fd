"""What goes to one worker when the tests run in parallel, and in which order: the long first, and the short fill up."""

from __future__ import annotations

import gc

import pytest
from xdist.scheduler import LoadScopeScheduling

LONG = (
    "tests/machine/test_machines.py",
    "tests/conformance/test_rehearsal_page.py",
    "tests/conformance/test_readme_session.py",
    "tests/conformance/test_pipeline_purchases.py",
    "tests/story/test_simulation.py",
    "tests/conformance/test_server_clients.py",
    "tests/conformance/test_pipelines.py",
    "tests/conformance/test_pipeline_machines.py",
    "tests/story/",
)
"""A worker that begins such a file when the other has nothing left would be waited for. All else takes seconds."""

# Modules, models and tests stay as long as the process: walking through them while they are made is for nothing.
gc.disable()


class ByFileAndStory(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """A file, and of the stories one with all that is asked about it.

    Its own, because a story is asked about in several files, and xdist's groups have no effect under pytest 9.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _, rest = nodeid.partition("::")
        name = rest.partition("[")[2]
        return f"story {name}" if name and file.startswith("tests/story/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFileAndStory:
    config.option.loadscopereorder = False  # by the number of tests, which says little of how long they take
    return ByFileAndStory(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((rank for rank, start in enumerate(LONG) if item.nodeid.startswith(start)), 99))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
