"""Verifies a signed event of Pledgewatch: Standard Webhooks 1.0.0, schemes v1 (HMAC-SHA256) and v1a (ed25519).

Copy this file into your code. It needs Python 3.8 or later; v1 needs no package, v1a the package "cryptography".
"""

import base64
import hashlib
import hmac
import json
import re
import sys
import time
from typing import Callable, Iterable, Mapping, Optional

TOLERANCE_S = 300

MALFORMED_KEY = (
    'A key is "whsec_" and base64 of 24 to 64 bytes, "whpk_" and base64 of 32 bytes, '
    "or the x of a JWK: copy it again, whole."
)
NO_ED25519 = (
    "v1a needs Ed25519, which the standard library lacks: "
    'install the package "cryptography", or verify v1 with the whsec_ secret.'
)


class VerificationError(Exception):
    """The event is not to be trusted; its text is one word, safe to log. Answer 401."""


def verify(headers: Mapping[str, str], body: bytes, secret_or_key: str, now: Optional[float] = None) -> str:
    """Returns the webhook-id, which every retry carries again: skip an id that you have stored.

    headers: names in any case, such as Flask's or Django's request.headers.
    body: exactly as received, before any JSON parser.
    secret_or_key: "whsec_..." verifies v1; "whpk_..." or the x of a JWK verifies v1a.
    now: Unix seconds; the clock of this machine when left out.
    Raises VerificationError when the event is not to be trusted, ValueError when the key is malformed,
    RuntimeError when v1a is asked for without the package "cryptography".
    """
    matches = _matcher(secret_or_key)
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    event_id, timestamp, signatures = (_single(headers, name) for name in names)
    if not event_id or not timestamp or not signatures:
        raise VerificationError("missing_header")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", event_id):
        raise VerificationError("malformed_id")
    if not re.fullmatch(r"0|[1-9][0-9]{0,11}", timestamp):
        raise VerificationError("malformed_timestamp")
    now = int(time.time()) if now is None else now
    if int(timestamp) < now - TOLERANCE_S:
        raise VerificationError("too_old")
    if int(timestamp) > now + TOLERANCE_S:
        raise VerificationError("too_new")
    signed = f"{event_id}.{timestamp}.".encode() + body
    if not any(matches(signed, signature) for signature in signatures.split(" ")):
        raise VerificationError("no_matching_signature")
    return event_id


def _matcher(secret_or_key: str) -> Callable[[bytes, str], bool]:
    """The test of one signature; the prefix of the key alone decides the scheme, never the sender."""
    if secret_or_key.startswith("whsec_"):
        secret = _decode(secret_or_key[len("whsec_") :])
        if secret is None or not 24 <= len(secret) <= 64:
            raise ValueError(MALFORMED_KEY)
        return lambda signed, signature: _matches_v1(secret, signed, signature)
    if secret_or_key.startswith("whpk_"):
        public_key = _decode(secret_or_key[len("whpk_") :])
    else:
        public_key = _decode(secret_or_key + "=", altchars=b"-_")
    if public_key is None or len(public_key) != 32:
        raise ValueError(MALFORMED_KEY)
    return _matcher_v1a(public_key)


def _matches_v1(secret: bytes, signed: bytes, signature: str) -> bool:
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return hmac.compare_digest(b"v1," + base64.b64encode(digest), signature.encode("utf-8", "replace"))


def _matcher_v1a(public_key: bytes) -> Callable[[bytes, str], bool]:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError as error:
        raise RuntimeError(NO_ED25519) from error
    key = Ed25519PublicKey.from_public_bytes(public_key)

    def matches(signed: bytes, signature: str) -> bool:
        given = _decode(signature[len("v1a,") :]) if signature.startswith("v1a,") else None
        if given is None or len(given) != 64:
            return False
        try:
            key.verify(given, signed)
        except InvalidSignature:
            return False
        return True

    return matches


def _decode(text: str, altchars: bytes = b"+/") -> Optional[bytes]:
    """Python skips what is not base64; only the one right spelling comes back the same."""
    try:
        decoded = base64.b64decode(text, altchars)
    except ValueError:
        return None
    return decoded if base64.b64encode(decoded, altchars).decode() == text else None


def _single(headers: Mapping[str, str], name: str) -> Optional[str]:
    """A header given twice counts as missing."""
    values = [value for key, value in headers.items() if key.lower() == name]
    return values[0] if len(values) == 1 else None


def main(lines: Iterable[bytes]) -> None:
    """For tests; leave it out. Reads one test case a line, prints "ok" or the reason a line."""
    for line in lines:
        case = json.loads(line)
        try:
            verify(case["headers"], base64.b64decode(case["body"]), case["key"], case["now"])
            print("ok")
        except (VerificationError, ValueError, RuntimeError) as error:
            print(error)


if __name__ == "__main__":
    main(sys.stdin.buffer)
