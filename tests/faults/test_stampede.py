"""A short form of the stampede; the long one, which measures, is `make stampede`."""

import os

import pytest

from tests.faults.stampede import CHAPTERS, Plan, play

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="a core for the server alone"),
]


@pytest.mark.parametrize("chapter", CHAPTERS)
async def test_what_a_few_do_to_the_server_harms_nobody_else(chapter: str) -> None:
    """Frozen readers, flooders and dawdlers; and the many who come back at once."""
    await play(Plan((chapter,), players=300, lasts_s=1.5, cats=20_000, strict=False))
