"""Coupon codes: hard to guess, easy to read out over a counter.

A code is 17 random characters of Crockford's base32 (85 bits) and one check character, written in
three groups of six: `7Q2MHX-0VJ9RC-KE4TA8`. The alphabet has no I, L, O and U; whoever types
O for 0, or I or L for 1, is understood.

The check character makes the code a multiple of x in GF(32), that is: with the digits d1..d18 as
elements of GF(2)[x] / (x^5 + x^2 + 1), the sum of d_i * x^(18-i) is zero. x has order 31, more
than the code has digits, so every single wrong character and every swap of two is noticed.
"""

from collections.abc import Callable
from secrets import token_bytes

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

RANDOM_CHARS = 17
RANDOM_BITS = 5 * RANDOM_CHARS
LENGTH = RANDOM_CHARS + 1
GROUP = 6

_FIELD = 0b100101
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_DIGIT = {char: value for value, char in enumerate(ALPHABET)}


def _times_x(element: int) -> int:
    """An element of GF(32) times x."""
    shifted = element << 1
    return shifted ^ _FIELD if shifted & 0b100000 else shifted


_TIMES_X = tuple(_times_x(element) for element in range(32))


def _share(position: int) -> bytes:
    """What a byte in this position adds to the check digit; they add up by XOR."""
    shares = [byte & 31 for byte in range(256)]
    for _ in range(RANDOM_CHARS - position):
        shares = [_TIMES_X[share] for share in shares]
    return bytes(shares)


_SHARES = tuple(_share(position) for position in range(RANDOM_CHARS))
_WIDTH = LENGTH + LENGTH // GROUP - 1
_CHARS = bytes(ord(ALPHABET[byte & 31]) for byte in range(256))


def new_code(random_bytes: Callable[[int], bytes] = token_bytes) -> str:
    """A fresh code in groups, from 85 random bits: the low five of each of RANDOM_CHARS bytes."""
    return new_codes(1, random_bytes)[0]


def new_codes(count: int, random_bytes: Callable[[int], bytes] = token_bytes) -> list[str]:
    """Fresh codes as `new_code` makes them, each from the next RANDOM_CHARS random bytes.

    All at once, since the bytes of one position of all codes are written as one, and their check
    digits are added up as one number.
    """
    raw = random_bytes(RANDOM_CHARS * count)
    written = bytearray(b"-" * (_WIDTH * count))
    checks = 0
    for position, share in enumerate(_SHARES):
        column = raw[position::RANDOM_CHARS]
        checks ^= int.from_bytes(column.translate(share))
        written[_place(position) :: _WIDTH] = column.translate(_CHARS)
    written[_place(RANDOM_CHARS) :: _WIDTH] = checks.to_bytes(count).translate(_CHARS)
    text = written.decode()
    return [text[start : start + _WIDTH] for start in range(0, _WIDTH * count, _WIDTH)]


def read_code(text: str) -> str | None:
    """The code that somebody typed, in its one written form, or None if it cannot be a code.

    Case, spaces and hyphens do not matter; a wrong check character does.
    """
    plain = text.upper().translate(_READ_AS)
    if len(plain) != LENGTH:
        return None
    check = 0
    for char in plain:
        digit = _DIGIT.get(char)
        if digit is None:
            return None
        check = _TIMES_X[check] ^ digit
    return _grouped(plain) if check == 0 else None


def _place(position: int) -> int:
    """Where a character stands once the code is written in groups."""
    return position + position // GROUP


def _grouped(plain: str) -> str:
    return f"{plain[:GROUP]}-{plain[GROUP : 2 * GROUP]}-{plain[2 * GROUP :]}"
