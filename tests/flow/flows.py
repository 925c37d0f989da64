"""Flows as the recorder shows them, waited for."""

from typing import Any

import httpx

from tests.server import wait_until

Json = dict[str, Any]


def flow_of(client: httpx.Client, path: str, *, within: float = 30.0, state: str = "done") -> Json:
    """The newest flow of an asset, once it has come to `state`."""

    def found() -> str:
        flows = client.get("/_aemulator/flows", params={"path": path, "limit": 1}).json()["flows"]
        return str(flows[0]["id"]) if flows and flows[0]["state"] == state else ""

    number = wait_until(found, within, f"the flow of {path} is {state}")
    return dict(client.get(f"/_aemulator/flows/{number}").raise_for_status().json())
