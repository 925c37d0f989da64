"""What can go wrong in the blob store.

BlobstoreError
├── AzureError        an answer of the Blob service: one `Reason`, perhaps with a detail
├── ClientGone        the client left in the middle of its body; nobody is there to answer
└── StoreUnavailable  the directory or its index can't be used now; a later try may succeed
"""

from enum import Enum


class Reason(Enum):
    """Azure's code, HTTP status and message. Source: Microsoft, "Blob service error codes", "Common error codes"."""

    AUTHENTICATION_FAILED = (
        "AuthenticationFailed",
        403,
        "Server failed to authenticate the request. Make sure the value of the Authorization header is formed "
        "correctly including the signature.",
    )
    AUTHORIZATION_FAILURE = ("AuthorizationFailure", 403, "This request is not authorized to perform this operation.")
    AUTHORIZATION_PERMISSION_MISMATCH = (
        "AuthorizationPermissionMismatch",
        403,
        "This request is not authorized to perform this operation using this permission.",
    )
    AUTHORIZATION_PROTOCOL_MISMATCH = (
        "AuthorizationProtocolMismatch",
        403,
        "This request is not authorized to perform this operation using this protocol.",
    )
    AUTHORIZATION_RESOURCE_TYPE_MISMATCH = (
        "AuthorizationResourceTypeMismatch",
        403,
        "This request is not authorized to perform this operation using this resource type.",
    )
    AUTHORIZATION_SERVICE_MISMATCH = (
        "AuthorizationServiceMismatch",
        403,
        "This request is not authorized to perform this operation using this service.",
    )
    AUTHORIZATION_SOURCE_IP_MISMATCH = (
        "AuthorizationSourceIPMismatch",
        403,
        "This request is not authorized to perform this operation using this source IP.",
    )
    BLOB_ALREADY_EXISTS = ("BlobAlreadyExists", 409, "The specified blob already exists.")
    BLOB_ARCHIVED = ("BlobArchived", 409, "This operation is not permitted on an archived blob.")
    BLOB_NOT_FOUND = ("BlobNotFound", 404, "The specified blob does not exist.")
    BLOCK_COUNT_EXCEEDS_LIMIT = (
        "BlockCountExceedsLimit",
        409,
        "The committed block count cannot exceed the maximum limit of 50,000 blocks.",
    )
    BOTH_CRC64_AND_MD5 = (
        "BothCrc64AndMd5HeaderPresent",
        400,
        "Both x-ms-content-crc64 header and Content-MD5 header are present.",
    )
    CANNOT_VERIFY_COPY_SOURCE = ("CannotVerifyCopySource", 400, "Could not verify the copy source.")
    CONDITION_NOT_MET = (
        "ConditionNotMet",
        412,
        "The condition specified using HTTP conditional header(s) is not met.",
    )
    CONTAINER_ALREADY_EXISTS = ("ContainerAlreadyExists", 409, "The specified container already exists.")
    CONTAINER_NOT_FOUND = ("ContainerNotFound", 404, "The specified container does not exist.")
    CRC64_MISMATCH = (
        "Crc64Mismatch",
        400,
        "The CRC64 value specified in the request did not match with the CRC64 value calculated by the server.",
    )
    DUPLICATE_TAG_NAMES = ("DuplicateTagNames", 400, "The tags specified contain duplicate names.")
    INTERNAL_ERROR = ("InternalError", 500, "The server encountered an internal error. Please retry the request.")
    INVALID_AUTHENTICATION_INFO = (
        "InvalidAuthenticationInfo",
        400,
        "Authentication information is not given in the correct format. Check the value of Authorization header.",
    )
    INVALID_BLOB_OR_BLOCK = ("InvalidBlobOrBlock", 400, "The specified blob or block content is invalid.")
    INVALID_BLOB_TYPE = ("InvalidBlobType", 409, "The blob type is invalid for this operation.")
    INVALID_BLOCK_ID = (
        "InvalidBlockId",
        400,
        "The specified block ID is invalid. The block ID must be Base64-encoded.",
    )
    INVALID_BLOCK_LIST = ("InvalidBlockList", 400, "The specified block list is invalid.")
    INVALID_HEADER_VALUE = (
        "InvalidHeaderValue",
        400,
        "The value for one of the HTTP headers is not in the correct format.",
    )
    INVALID_INPUT = ("InvalidInput", 400, "One of the request inputs is not valid.")
    INVALID_MD5 = (
        "InvalidMd5",
        400,
        "The MD5 value specified in the request is invalid. The MD5 value must be 128 bits and Base64-encoded.",
    )
    INVALID_METADATA = (
        "InvalidMetadata",
        400,
        "The metadata specified is invalid. It has characters that are not permitted.",
    )
    INVALID_QUERY_PARAMETER_VALUE = (
        "InvalidQueryParameterValue",
        400,
        "Value for one of the query parameters specified in the request URI is invalid.",
    )
    INVALID_RANGE = ("InvalidRange", 416, "The range specified is invalid for the current size of the resource.")
    INVALID_RESOURCE_NAME = ("InvalidResourceName", 400, "The specified resource name contains invalid characters.")
    INVALID_TAGS = (
        "InvalidTags",
        400,
        "The tags specified are invalid. It contains characters that are not permitted.",
    )
    INVALID_URI = ("InvalidUri", 400, "The requested URI does not represent any resource on the server.")
    INVALID_XML_DOCUMENT = ("InvalidXmlDocument", 400, "XML specified is not syntactically valid.")
    MD5_MISMATCH = (
        "Md5Mismatch",
        400,
        "The MD5 value specified in the request did not match with the MD5 value calculated by the server.",
    )
    METADATA_TOO_LARGE = (
        "MetadataTooLarge",
        400,
        "The metadata specified exceeds the maximum permissible limit (8KB).",
    )
    MISSING_CONTENT_LENGTH = ("MissingContentLengthHeader", 411, "The Content-Length header was not specified.")
    MISSING_REQUIRED_HEADER = (
        "MissingRequiredHeader",
        400,
        "An HTTP header that's mandatory for this request is not specified.",
    )
    MISSING_REQUIRED_QUERY_PARAMETER = (
        "MissingRequiredQueryParameter",
        400,
        "A query parameter that's mandatory for this request is not specified.",
    )
    NO_PENDING_COPY_OPERATION = ("NoPendingCopyOperation", 409, "There is currently no pending copy operation.")
    NOT_IMPLEMENTED = ("NotImplemented", 501, "This operation is not part of the embedded blob storage.")
    OUT_OF_RANGE_INPUT = ("OutOfRangeInput", 400, "One of the request inputs is out of range.")
    OUT_OF_RANGE_QUERY_PARAMETER_VALUE = (
        "OutOfRangeQueryParameterValue",
        400,
        "One of the query parameters specified in the request URI is outside the permissible range.",
    )
    REQUEST_BODY_TOO_LARGE = (
        "RequestBodyTooLarge",
        413,
        "The request body is too large and exceeds the maximum permissible limit.",
    )
    RESOURCE_NOT_FOUND = ("ResourceNotFound", 404, "The specified resource does not exist.")
    SERVER_BUSY = ("ServerBusy", 503, "The server is currently unable to receive requests. Please retry your request.")
    SOURCE_CONDITION_NOT_MET = (
        "SourceConditionNotMet",
        412,
        "The source condition specified using HTTP conditional header(s) is not met.",
    )
    TAGS_TOO_LARGE = ("TagsTooLarge", 400, "The tags specified exceed the maximum permissible limit.")
    UNAUTHORIZED_BLOB_OVERWRITE = (
        "UnauthorizedBlobOverwrite",
        403,
        "This request is not authorized to perform blob overwrites.",
    )
    UNSATISFIABLE_CONDITION = (
        "UnsatisfiableCondition",
        400,
        "The request includes an unsatisfiable condition for this operation.",
    )
    UNSUPPORTED_HEADER = (
        "UnsupportedHeader",
        400,
        "One of the HTTP headers specified in the request is not supported.",
    )
    UNSUPPORTED_HTTP_VERB = ("UnsupportedHttpVerb", 405, "The resource doesn't support the specified HTTP verb.")

    def __init__(self, code: str, status: int, message: str) -> None:
        self.code = code
        self.status = status
        self.message = message


class BlobstoreError(Exception):
    """Root of the tree."""


class AzureError(BlobstoreError):
    """An error answer. `detail` names become XML elements beside Code and Message; `headers` go with the answer."""

    def __init__(
        self,
        reason: Reason,
        *,
        status: int | None = None,
        detail: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(reason.code)
        self.reason = reason
        self.status = status or reason.status
        self.detail = detail or {}
        self.headers = headers or {}


class ClientGone(BlobstoreError):
    """The connection ended before the body did."""


class StoreUnavailable(BlobstoreError):
    """The directory is missing, full, read-only, or its index is locked or damaged."""
