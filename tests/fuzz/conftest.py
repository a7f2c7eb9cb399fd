"""The deployed stack that hostile input is thrown at, with one deployment in service that has to come through it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fuzz.target import Target
from tests.machine.site import NAME, Site


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    site = Site()
    site.open()
    site.start("endpoint_deploy", {"deployment": NAME})
    site.cloud.advance(seconds=900)
    yield Target(site)
    site.close()
