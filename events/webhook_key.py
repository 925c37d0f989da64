"""The key pair with which multi-tenant workers sign what they send to the webhook.

Whoever starts such a worker hands it the private key (`hmacPrivateKey`, base64 of the PEM) from
settings.EVENTS_WEBHOOK_KEY_FILE; see asset-compute-commons, lib/webhook.js.
"""

import base64
import binascii
import os
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings


def is_signed(body: bytes, signature: str) -> bool:
    """Whether `signature` is the base64 RSA-SHA256 signature of the body."""
    try:
        raw = base64.b64decode(signature, validate=True)
        private_key(Path(settings.EVENTS_WEBHOOK_KEY_FILE)).public_key().verify(
            raw, body, padding.PKCS1v15(), hashes.SHA256()
        )
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


@cache
def private_key(file: Path) -> rsa.RSAPrivateKey:
    """The kept key, made on first use."""
    if not file.exists():
        _make(file)
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{file} holds a key that is not RSA")
    return key


def _make(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    partial.touch(mode=0o600)
    partial.write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))
    try:
        file.hardlink_to(partial)
    except FileExistsError:
        return  # another process made one at the same moment
    finally:
        partial.unlink()
