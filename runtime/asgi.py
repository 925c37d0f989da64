"""The plain ASGI application of I/O Runtime: web actions, and the OpenWhisk REST API."""

from starlette.applications import Starlette
from starlette.routing import Route

from runtime import rest_api, web_api
from runtime.gateway import EXCEPTION_HANDLERS

_NAMESPACE = "/api/v1/namespaces/{namespace}"

application = Starlette(
    routes=[
        Route("/api/v1/web/{namespace}/{package}/{rest:path}", web_api.call, methods=web_api.METHODS),
        Route("/api/v1/namespaces", rest_api.namespaces, methods=["GET"]),
        Route(f"{_NAMESPACE}/actions", rest_api.list_actions, methods=["GET"]),
        Route(f"{_NAMESPACE}/actions/{{action}}", rest_api.get_action, methods=["GET"]),
        Route(f"{_NAMESPACE}/actions/{{action}}", rest_api.invoke, methods=["POST"]),
        Route(f"{_NAMESPACE}/actions/{{package}}/", rest_api.list_actions, methods=["GET"]),
        Route(f"{_NAMESPACE}/actions/{{package}}/{{action}}", rest_api.get_action, methods=["GET"]),
        Route(f"{_NAMESPACE}/actions/{{package}}/{{action}}", rest_api.invoke, methods=["POST"]),
        Route(f"{_NAMESPACE}/activations", rest_api.list_activations, methods=["GET"]),
        Route(f"{_NAMESPACE}/activations/{{activation}}", rest_api.get_activation, methods=["GET"]),
        Route(f"{_NAMESPACE}/activations/{{activation}}/result", rest_api.get_result, methods=["GET"]),
        Route(f"{_NAMESPACE}/activations/{{activation}}/logs", rest_api.get_logs, methods=["GET"]),
    ],
    exception_handlers=EXCEPTION_HANDLERS,
)
