"""Tokens: good for their player until they expire, and for nothing else."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameserver.game.tokens import expiry_of, make_token, player_id_is_good, player_of

SECRET = b"a secret of the tests"
PLAYER = "p_Zq-7"
NOW_MS = 1_700_000_000_000
TOKEN = make_token(SECRET, PLAYER, NOW_MS + 1)

players = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=64)
characters = st.characters()


@given(players, st.integers(0, 10**15 - 1))
def test_a_token_speaks_for_its_player_until_it_expires(player: str, expires_ms: int) -> None:
    token = make_token(SECRET, player, expires_ms)
    assert expiry_of(token) == expires_ms
    assert player_of(SECRET, token, expires_ms - 1) == player
    assert player_of(SECRET, token, expires_ms) is None


def test_another_secret_makes_another_token() -> None:
    assert player_of(b"another secret", TOKEN, NOW_MS) is None


@pytest.mark.parametrize("at", range(len(TOKEN)))
def test_no_character_of_a_token_can_be_exchanged_or_left_out(at: int) -> None:
    for character in string.printable:
        if character != TOKEN[at]:
            forged = TOKEN[:at] + character + TOKEN[at + 1 :]
            assert player_of(SECRET, forged, NOW_MS) is None
    assert player_of(SECRET, TOKEN[:at] + TOKEN[at + 1 :], NOW_MS) is None


@pytest.mark.parametrize("at", range(len(TOKEN) + 1))
def test_no_character_can_be_put_into_a_token(at: int) -> None:
    for character in string.printable:
        assert player_of(SECRET, TOKEN[:at] + character + TOKEN[at:], NOW_MS) is None


@given(st.text(characters, max_size=120))
def test_rubbish_is_no_token(text: str) -> None:
    assert player_of(SECRET, text, NOW_MS) is None


@given(st.text(characters, max_size=40))
def test_rubbish_for_a_seal_is_no_token(text: str) -> None:
    head = TOKEN.rpartition(".")[0]
    assert player_of(SECRET, f"{head}.{text}", NOW_MS) is None


@pytest.mark.parametrize("text", ["\ud800", f"{PLAYER}.5.\udcff", f"{PLAYER}.٣.ab", f"{PLAYER}.²."])
def test_what_no_header_can_hold_is_no_token(text: str) -> None:
    """Header bytes that are not UTF-8 come as lone surrogates, and `²` is a digit to some."""
    assert player_of(SECRET, text, 0) is None


@pytest.mark.parametrize("player", ["", "a" * 65, "a.b", "a b", "ä", "a\n", "１"])
def test_only_good_ids_get_tokens(player: str) -> None:
    assert not player_id_is_good(player)
    with pytest.raises(ValueError, match="not a player id"):
        make_token(SECRET, player, NOW_MS)


@given(players)
def test_letters_digits_dashes_and_underscores_make_good_ids(player: str) -> None:
    assert player_id_is_good(player)


def test_a_seal_is_the_first_half_of_an_hmac_sha256() -> None:
    """As `openssl dgst -sha256 -hmac SECRET` says; tokens outlive the version that made them."""
    assert f"{PLAYER}.1700000000001.512b4beebb7011883be641d7dda72cb1" == TOKEN
