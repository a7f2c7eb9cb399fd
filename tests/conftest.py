"""What goes to one worker when the tests run in parallel: a file, and of the stories one with all that is asked."""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling


class ByFileAndStory(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Its own, because a story is asked about in several files, and xdist's groups have no effect under pytest 9."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, rest = nodeid.partition("::")
        name = rest.partition("[")[2]
        return f"story {name}" if name and file.startswith("tests/story/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFileAndStory:
    return ByFileAndStory(config, log)
