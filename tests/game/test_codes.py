from io import BytesIO
from itertools import combinations
from random import Random

from hypothesis import assume, example, given
from hypothesis import strategies as st

from gameserver.game.codes import (
    ALPHABET,
    LENGTH,
    RANDOM_BITS,
    RANDOM_CHARS,
    new_code,
    new_codes,
    read_code,
)

codes = st.binary(min_size=17, max_size=17).map(lambda raw: new_code(lambda _: raw))
chars = st.sampled_from(ALPHABET)


def plain(code: str) -> str:
    return code.replace("-", "")


def test_a_code_has_at_least_eighty_random_bits():
    assert RANDOM_BITS >= 80
    many = {new_code() for _ in range(2000)}
    assert len(many) == 2000
    for position in range(LENGTH):
        assert {plain(code)[position] for code in many} == set(ALPHABET)


def test_every_random_bit_changes_the_code():
    seen = {
        new_code(lambda _, bit=bit: bytes([0] * (bit // 5) + [1 << bit % 5]).ljust(17, b"\0"))
        for bit in range(RANDOM_BITS)
    }
    assert len(seen) == RANDOM_BITS


@given(st.integers(0, 40), st.randoms(use_true_random=False))
def test_codes_made_together_are_those_made_one_by_one(count: int, rng: Random):
    raw = rng.randbytes(RANDOM_CHARS * count)
    one_by_one = BytesIO(raw).read
    assert new_codes(count, lambda _: raw) == [new_code(one_by_one) for _ in range(count)]


@given(codes)
def test_a_code_is_written_in_three_groups_of_six(code: str):
    assert [len(group) for group in code.split("-")] == [6, 6, 6]
    assert set(plain(code)) <= set(ALPHABET)


@given(codes)
def test_a_code_reads_as_itself(code: str):
    assert read_code(code) == code


@given(codes)
def test_case_spaces_and_hyphens_do_not_matter(code: str):
    assert read_code(f"  {plain(code).lower()} ") == code
    assert read_code(code.replace("-", " ")) == code


@given(codes)
def test_letters_that_look_like_digits_are_read_as_those(code: str):
    assert read_code(code.replace("0", "o").replace("1", "l")) == code
    assert read_code(code.replace("0", "O").replace("1", "I")) == code


@given(codes, st.integers(0, LENGTH - 1), chars)
def test_one_wrong_character_is_noticed(code: str, position: int, wrong: str):
    text = plain(code)
    assume(text[position] != wrong)
    assert read_code(text[:position] + wrong + text[position + 1 :]) is None


@given(codes)
def test_any_two_characters_swapped_are_noticed(code: str):
    text = plain(code)
    for one, other in combinations(range(LENGTH), 2):
        if text[one] != text[other]:
            swapped = list(text)
            swapped[one], swapped[other] = text[other], text[one]
            assert read_code("".join(swapped)) is None


@given(st.text(max_size=40))
@example("")
@example("0" * 17)
@example("U" * 18)
@example("ß" * 18)
@example("٠" * 18)  # a digit, but none of ours
def test_what_is_no_code_is_refused_without_an_error(text: str):
    code = read_code(text)
    assert code is None or read_code(code) == code
