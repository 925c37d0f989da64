"""Processing jobs, for whoever watches them."""

from typing import Final

from contract.openapi import STRING, Node, answer, array, operation, query

PATHS: Final[dict[str, Node]] = {
    "/_aemulator/jobs": {
        "get": operation(
            "Control",
            "jobs",
            "The processing jobs of assets, newest first",
            {
                200: answer("Path and jobs by asset", {"type": "object"}),
                400: answer("No asset, or too many", {"type": "object"}),
                401: answer("Not authenticated", STRING, "text/html"),
            },
            parameters=(query("asset", "jcr:uuid of an asset; may be repeated", array(STRING), required=True),),
        )
    }
}
SCHEMAS: Final[dict[str, Node]] = {}
