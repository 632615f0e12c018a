"""A short form of the run with spoilt messages; the long one is `make fuzz`."""

import pytest

from tests.faults.fuzz import fuzz

pytestmark = pytest.mark.slow


async def test_spoilt_messages_of_both_encodings_harm_nobody() -> None:
    run = await fuzz(seed=12, frames=1500)
    assert len(run.heard) == 6, "each level in each encoding"
