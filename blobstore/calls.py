"""What an operation is given: a request that was let in, its resource, and the store."""

from dataclasses import dataclass

from blobstore.access import Grant
from blobstore.addresses import Address
from blobstore.errors import AzureError, Reason
from blobstore.requests import BlobRequest
from blobstore.store import Store


@dataclass(frozen=True, slots=True)
class Call:
    """One authorized call."""

    request: BlobRequest
    address: Address
    store: Store
    grant: Grant

    @property
    def container(self) -> str:
        if self.address.container is None:
            raise AzureError(Reason.INVALID_URI)
        return self.address.container

    @property
    def blob(self) -> str:
        if self.address.blob is None:
            raise AzureError(Reason.INVALID_URI)
        return self.address.blob

    @property
    def endpoint(self) -> str:
        """The service's URL as the client wrote it, with a slash at its end."""
        host = self.request.headers.get("host", "localhost")
        return f"{self.request.scheme}://{host}/{self.address.account}/"

    def page_size(self, largest: int) -> int:
        """`maxresults`, or the largest page."""
        text = self.request.query.get("maxresults")
        if not text:
            return largest
        detail = {"QueryParameterName": "maxresults", "QueryParameterValue": text}
        if not text.isascii() or not text.isdigit():
            raise AzureError(Reason.INVALID_QUERY_PARAMETER_VALUE, detail=detail)
        if int(text) < 1:
            raise AzureError(Reason.OUT_OF_RANGE_QUERY_PARAMETER_VALUE, detail=detail)
        return min(int(text), largest)

    def included(self) -> frozenset[str]:
        return frozenset(word for word in self.request.query.get("include", "").split(",") if word)
