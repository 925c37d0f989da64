"""Web actions: any HTTP request to `/api/v1/web/{namespace}/{package}/{action}` (wire contract, section 4.1)."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from dbthreads import in_db
from runtime import actions, gateway, lifecycle, web_request
from runtime.actions import Deployed
from runtime.activations import State
from runtime.errors import NotFound
from runtime.invoker import Outcome
from runtime.web_request import EXTENSIONS, WebAnswer, WebRequest

ANSWER_WITHIN: Final = 60.0  # seconds; then the caller is told that the action goes on
METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


async def call(request: Request) -> Response:
    action, extension, path = await _called(request)
    if request.method == "OPTIONS" and not action.spec.annotations.get("web-custom-options"):
        asked = [request.headers[name] for name in ("access-control-request-headers",) if name in request.headers]
        return _response(WebAnswer(200, web_request.cors_headers(asked)))
    await gateway.check_login(request, action)
    headers = {name.lower(): value for name, value in request.headers.items()}
    seen = WebRequest(request.method, headers, path, request.url.query, await gateway.body(request))
    params = web_request.parameters(seen, action.spec.inputs, action.is_raw)
    activation_id, task = await lifecycle.invoker().invoke(
        action, params, is_web=True, request_id=headers.get("x-request-id", "")
    )
    timeout = None if action.spec.inspect_port is not None else ANSWER_WITHIN
    try:
        outcome = await lifecycle.invoker().outcome(task, timeout)
    except TimeoutError:
        content = {"error": "Response not yet ready.", "activationId": activation_id}
        return gateway.json_response(content, 202, {"x-openwhisk-activation-id": activation_id})
    return _response(_answer(outcome, extension), activation_id)


async def _called(request: Request) -> tuple[Deployed, str, str]:
    """The action, the extension that chooses its form of answer, and the path behind it."""
    namespace, package = request.path_params["namespace"], request.path_params["package"]
    name, _, rest = request.path_params["rest"].partition("/")
    bare, dot, extension = name.rpartition(".")
    if not dot or extension not in EXTENSIONS:
        bare, extension = name, "http"
    found = await in_db(actions.to_run, namespace, package, bare)
    if found is None or not found.is_web:
        raise NotFound
    return found, extension, f"/{rest}" if rest else ""


def _answer(outcome: Outcome, extension: str) -> WebAnswer:
    if outcome.state == State.SUCCESS:
        return web_request.answer(outcome.result, extension, is_error=False)
    if outcome.state == State.APPLICATION_ERROR:
        return web_request.answer(outcome.result, extension, is_error=True)
    # Runtime says no more than that there was an error; who works on an action wants to know which.
    words = outcome.result.get("error", "") if isinstance(outcome.result, dict) else ""
    message = f"There was an error processing your request. {words}".strip()
    status = 500 if outcome.state == State.INTERNAL_ERROR else 400
    content = {"error": message, "code": outcome.activation_id}
    return web_request.answer({"statusCode": status, "body": content}, "http", is_error=False)


def _response(answer: WebAnswer, activation_id: str = "") -> Response:
    response = Response(answer.body, answer.status)
    for name, value in answer.headers:
        response.headers.append(name, value)
    if "access-control-allow-origin" not in response.headers:
        response.headers["access-control-allow-origin"] = "*"
    if activation_id:
        response.headers["x-openwhisk-activation-id"] = activation_id
    return response
