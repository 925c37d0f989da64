"""The plain ASGI application of I/O Runtime: web actions, and the OpenWhisk REST API."""

from starlette.applications import Starlette
from starlette.routing import Route

from runtime import management_api, rest_api, web_api
from runtime.gateway import EXCEPTION_HANDLERS

_NAMESPACE = "/api/v1/namespaces/{namespace}"
_ALL = ["GET", "PUT", "POST", "DELETE"]
_LOG_FORWARDING = "/runtime/namespaces/{namespace}/logForwarding"

application = Starlette(
    routes=[
        Route("/api/v1/web/{namespace}/{package}/{rest:path}", web_api.call, methods=web_api.METHODS),
        Route("/api/v1/namespaces", rest_api.namespaces, methods=["GET"]),
        Route(f"{_NAMESPACE}", management_api.get_namespace, methods=["GET"]),
        Route(f"{_NAMESPACE}/", management_api.get_namespace, methods=["GET"]),
        Route(f"{_NAMESPACE}/actions", rest_api.list_actions, methods=["GET"]),
        Route(f"{_NAMESPACE}/actions/{{action}}", rest_api.get_action, methods=["GET"]),
        Route(f"{_NAMESPACE}/actions/{{action}}", rest_api.invoke, methods=["POST"]),
        Route(f"{_NAMESPACE}/actions/{{package}}/", rest_api.list_actions, methods=["GET"]),
        Route(f"{_NAMESPACE}/actions/{{package}}/{{action}}", rest_api.get_action, methods=["GET"]),
        Route(f"{_NAMESPACE}/actions/{{package}}/{{action}}", rest_api.invoke, methods=["POST"]),
        Route(f"{_NAMESPACE}/actions/{{action}}", management_api.put_action, methods=["PUT"]),
        Route(f"{_NAMESPACE}/actions/{{action}}", management_api.delete_action, methods=["DELETE"]),
        Route(f"{_NAMESPACE}/actions/{{package}}/{{action}}", management_api.put_action, methods=["PUT"]),
        Route(f"{_NAMESPACE}/actions/{{package}}/{{action}}", management_api.delete_action, methods=["DELETE"]),
        Route(f"{_NAMESPACE}/packages", management_api.list_packages, methods=["GET"]),
        Route(f"{_NAMESPACE}/packages/{{package}}", management_api.get_package, methods=["GET"]),
        Route(f"{_NAMESPACE}/packages/{{package}}", management_api.put_package, methods=["PUT"]),
        Route(f"{_NAMESPACE}/packages/{{package}}", management_api.delete_package, methods=["DELETE"]),
        Route(f"{_NAMESPACE}/triggers", management_api.nothing, methods=["GET"]),
        Route(f"{_NAMESPACE}/rules", management_api.nothing, methods=["GET"]),
        Route(f"{_NAMESPACE}/triggers/{{name}}", management_api.not_emulated, methods=_ALL),
        Route(f"{_NAMESPACE}/rules/{{name}}", management_api.not_emulated, methods=_ALL),
        Route(f"{_NAMESPACE}/activations", rest_api.list_activations, methods=["GET"]),
        Route(f"{_NAMESPACE}/activations/{{activation}}", rest_api.get_activation, methods=["GET"]),
        Route(f"{_NAMESPACE}/activations/{{activation}}/result", rest_api.get_result, methods=["GET"]),
        Route(f"{_NAMESPACE}/activations/{{activation}}/logs", rest_api.get_logs, methods=["GET"]),
        Route(_LOG_FORWARDING, management_api.log_forwarding, methods=["GET", "PUT"]),
        Route(f"{_LOG_FORWARDING}/errors", management_api.log_forwarding_errors, methods=["GET"]),
    ],
    exception_handlers=EXCEPTION_HANDLERS,
)
