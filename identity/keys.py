"""RSA key pairs kept as files: the key that signs tokens, and the key pair of the default integration."""

import base64
import hashlib
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

KEY_SIZE = 2048


def signing_key() -> rsa.RSAPrivateKey:
    """The key of settings.IMS_SIGNING_KEY_FILE, made on first use; tokens outlive a restart through it."""
    return _kept_key(Path(settings.IMS_SIGNING_KEY_FILE))


def integration_key() -> rsa.RSAPrivateKey:
    """The private key of the default integration, kept beside the signing key."""
    return _kept_key(integration_key_file())


def integration_key_file() -> Path:
    return Path(settings.IMS_SIGNING_KEY_FILE).with_name("ims-integration-key.pem")


def private_pem(key: rsa.RSAPrivateKey) -> str:
    """PKCS #8, as the Developer Console hands it out."""
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


def public_pem(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def jwks() -> dict[str, Any]:
    """The JSON Web Key Set with which anybody can check our tokens (RFC 7517)."""
    key = signing_key()
    return {"keys": [{"use": "sig", "alg": "RS256", "kid": key_id(key), **_public_members(key)}]}


def key_id(key: rsa.RSAPrivateKey) -> str:
    """The key's thumbprint of RFC 7638: another key never has the same id."""
    members = _public_members(key)
    text = f'{{"e":"{members["e"]}","kty":"RSA","n":"{members["n"]}"}}'
    return _base64url(hashlib.sha256(text.encode()).digest())


def _public_members(key: rsa.RSAPrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    return {"kty": "RSA", "n": _base64url(_big_endian(numbers.n)), "e": _base64url(_big_endian(numbers.e))}


def _big_endian(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forget() -> None:
    """The files may have changed."""
    _kept_key.cache_clear()


@cache
def _kept_key(file: Path) -> rsa.RSAPrivateKey:
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        keep_private(file, private_pem(rsa.generate_private_key(public_exponent=65537, key_size=KEY_SIZE)))
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{file} holds a key that is not RSA")
    return key


def keep_private(file: Path, content: str) -> None:
    """Write a file that only its owner can read. Of two processes that start at once the first one's content stays."""
    partial = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    partial.touch(mode=0o600)
    partial.write_text(content)
    try:
        file.hardlink_to(partial)
    except FileExistsError:
        return
    finally:
        partial.unlink()
