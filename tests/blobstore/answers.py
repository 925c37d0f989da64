"""What an answer says."""

from azure.core.exceptions import HttpResponseError


def error_code(error: HttpResponseError) -> str:
    """Azure's code of a failure; the SDK sets it as an attribute that its types don't have."""
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code))
