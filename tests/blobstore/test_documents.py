"""XML documents that clients send."""

import pytest

from blobstore import documents
from blobstore.blocks import Kind
from blobstore.errors import AzureError

BLOCKS = b"<BlockList><Latest>QQ==</Latest><Committed> Qg== </Committed></BlockList>"


@pytest.mark.parametrize("head", [b"", b'<?xml version="1.0" encoding="utf-8"?>', b"\xef\xbb\xbf", b"<!-- c -->"])
def test_a_block_list_is_read_in_its_order(head: bytes) -> None:
    assert documents.block_list(head + BLOCKS) == [(Kind.LATEST, "QQ=="), (Kind.COMMITTED, "Qg==")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<BlockList>",
        b"<BlockList><Other/></BlockList>",
        b"<Other/>",
        b"\xff\xfe\0",
        b'<?xml version="1.0" encoding="no-such"?>' + BLOCKS,
        b"<!DOCTYPE BlockList>" + BLOCKS,
        b'<!DOCTYPE x [<!ENTITY a "QQ=="><!ENTITY b "&a;&a;">]><BlockList><Latest>&b;</Latest></BlockList>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><BlockList><Latest>&a;</Latest></BlockList>',
    ],
)
def test_what_is_no_block_list_is_refused(body: bytes) -> None:
    with pytest.raises(AzureError):
        documents.block_list(body)
