"""What a phone's maker says of the phone: the hook for Play Integrity, App Attest and the like.

Off by default. A `hello` may carry what the phone got from its maker; a `Verifier` says what it is
worth. `SignedVerdicts` is the example: it checks verdicts that a backend of one's own has signed,
after it asked the maker.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Protocol

import msgspec
from msgspec import Struct


class Verdict(Struct, frozen=True):
    """Whether the app and the phone are what they say; `detail` is for operators."""

    is_genuine: bool
    detail: str


class Verifier(Protocol):
    """Judges what came with a `hello`."""

    async def verify(self, attestation: str | None, player: str, now_ms: int) -> Verdict:
        """The verdict on one session; None is a phone that sent nothing.

        It may take its time: the welcome does not wait for it, catches do. AttestationError where
        the maker can't be asked now; it is asked again with the next aim.
        """


class AttestationError(Exception):
    """Nobody can say now."""


class Claims(Struct, frozen=True):
    """What a signed verdict says, about whom, and until when it may be used."""

    player: str
    is_genuine: bool
    expires_ms: int
    detail: str = ""


class SignedVerdicts:
    """Verdicts as `<claims>.<signature>`: JSON and HMAC-SHA256, both in URL-safe base64."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def sign(self, claims: Claims) -> str:
        """What the backend gives to a phone, for its `hello`."""
        body = urlsafe_b64encode(msgspec.json.encode(claims))
        return (body + b"." + urlsafe_b64encode(self._signature(body))).decode()

    async def verify(self, attestation: str | None, player: str, now_ms: int) -> Verdict:
        """See `Verifier`."""
        if attestation is None:
            return Verdict(False, "none was sent")
        body, _, signature = attestation.encode().partition(b".")
        try:
            is_signed = hmac.compare_digest(urlsafe_b64decode(signature), self._signature(body))
            claims = msgspec.json.decode(urlsafe_b64decode(body), type=Claims)
        except ValueError:
            return Verdict(False, "not a verdict")
        if not is_signed:
            return Verdict(False, "not signed with this server's secret")
        if claims.player != player:
            return Verdict(False, "of another player")
        if now_ms >= claims.expires_ms:
            return Verdict(False, "too old")
        return Verdict(claims.is_genuine, claims.detail)

    def _signature(self, body: bytes) -> bytes:
        return hmac.new(self._secret, body, hashlib.sha256).digest()
