"""The hashes of a body: those that the client sent with it, and those that were computed. Pure.

The CRC is Azure's own (the NVMe polynomial), eight bytes with the lowest first, as the SDK sends them.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from azure.storage.extensions.checksums import crc64

from blobstore.errors import AzureError, Reason


@dataclass(frozen=True, slots=True)
class Hashes:
    """Raw; None where nobody sent or wanted it."""

    md5: bytes | None = None
    crc64: bytes | None = None

    def __bool__(self) -> bool:
        return self.md5 is not None or self.crc64 is not None

    def check(self, computed: "Hashes") -> None:
        """Raise where what the client sent is not what was computed."""
        if self.md5 is not None and self.md5 != computed.md5:
            raise AzureError(Reason.MD5_MISMATCH)
        if self.crc64 is not None and self.crc64 != computed.crc64:
            raise AzureError(Reason.CRC64_MISMATCH)


NO_HASHES = Hashes()


class Hashing:
    """Hashes of bytes that come in pieces: the kinds that `sent` has, and MD5 where `md5` asks for it."""

    def __init__(self, sent: Hashes, *, md5: bool = False) -> None:
        self._md5 = hashlib.md5(usedforsecurity=False) if md5 or sent.md5 is not None else None
        self._crc64 = 0 if sent.crc64 is not None else None

    def update(self, data: bytes) -> None:
        if self._md5 is not None:
            self._md5.update(data)
        if self._crc64 is not None:
            self._crc64 = crc64.compute(data, self._crc64)

    def result(self) -> Hashes:
        return Hashes(
            None if self._md5 is None else self._md5.digest(),
            None if self._crc64 is None else self._crc64.to_bytes(8, "little"),
        )


_CRC64 = "x-ms-content-crc64"
_SOURCE_MD5, _SOURCE_CRC64 = "x-ms-source-content-md5", "x-ms-source-content-crc64"


def sent(headers: Mapping[str, str]) -> Hashes:
    """What the client says that the body of its request has."""
    return _stated(headers, "content-md5", _CRC64)


def of_source(headers: Mapping[str, str]) -> Hashes:
    """What the client says that the source of a copy has."""
    return _stated(headers, _SOURCE_MD5, _SOURCE_CRC64)


def _stated(headers: Mapping[str, str], md5_name: str, crc64_name: str) -> Hashes:
    md5, crc = headers.get(md5_name), headers.get(crc64_name)
    if md5 is not None and crc is not None:
        raise AzureError(Reason.BOTH_CRC64_AND_MD5)
    return Hashes(None if md5 is None else decoded_md5(md5), None if crc is None else _decoded_crc64(crc, crc64_name))


def decoded_md5(text: str) -> bytes:
    digest = _decoded(text)
    if digest is None or len(digest) != 16:
        raise AzureError(Reason.INVALID_MD5)
    return digest


def _decoded_crc64(text: str, name: str) -> bytes:
    checksum = _decoded(text)
    if checksum is None or len(checksum) != 8:
        raise AzureError(Reason.INVALID_HEADER_VALUE, detail={"HeaderName": name, "HeaderValue": text})
    return checksum


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None
