import math
from typing import Any

import pytest
from catbot.options import Options, OptionsError


def test_an_address_is_all_that_is_needed() -> None:
    options = Options(url="http://localhost:8000")
    assert options.speed_mps == 1.4


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("players", 0),
        ("ramp_s", -1),
        ("ramp_s", math.nan),
        ("ramp_s", 61),
        ("duration_s", 0),
        ("phases", "ramp 10s"),
        ("phases", "hold 10s"),
        ("processes", 0),
        ("duration_s", math.nan),
        ("speed_mps", 0),
        ("speed_mps", 1_000),
        ("cheaters", 1.1),
        ("cheaters", -0.1),
        ("centre", (91, 0)),
        ("centre", (math.nan, 0)),
        ("centre", (0, 181)),
        ("radius_m", 0),
        ("radius_m", 1e9),
        ("start_near_m", 0),
    ],
)
def test_a_wrong_value_is_refused_by_name(field: str, value: Any) -> None:
    wrong = {field: value}
    with pytest.raises(OptionsError, match=field):
        Options(url="http://localhost", **wrong)


def test_a_run_may_go_on_until_it_is_cancelled() -> None:
    assert Options(url="http://localhost", duration_s=math.inf).duration_s == math.inf
