"""What goes to one worker when the tests run in parallel: a file, and of the stories one with all that is asked."""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        file = item.nodeid.partition("::")[0]
        asked = getattr(item, "callspec", None)
        story = asked.params.get("name") if asked and file.startswith("tests/story/") else None
        item.add_marker(pytest.mark.xdist_group(f"story {story}" if story else file))
