"""The plain ASGI application of I/O Events."""

from starlette.applications import Starlette
from starlette.routing import Route

from events import ingress_api, journal_api, registrations_api
from events.gateway import EXCEPTION_HANDLERS

JOURNAL = "organizations/{consumer}/integrations/{credential}/{registration}"
REGISTRATIONS = "/events/{consumer}/{project}/{workspace}/registrations"

application = Starlette(
    routes=[
        Route("/api/events", ingress_api.legacy_ingress, methods=["POST"]),
        Route(f"/events/{JOURNAL}", journal_api.read, methods=["GET"]),
        Route(f"/events-fast/{JOURNAL}", journal_api.read, methods=["GET"]),
        Route(f"/events/{JOURNAL}/validate", journal_api.validate, methods=["GET"]),
        Route(f"/events-validate/{JOURNAL}", journal_api.validate, methods=["GET"]),
        Route(f"/events/{JOURNAL}/count", journal_api.count, methods=["GET"]),
        Route(f"/count/{JOURNAL}", journal_api.count, methods=["GET"]),
        Route("/", ingress_api.cloud_event, methods=["POST"]),
        Route("/api/cloudevents", ingress_api.cloud_event, methods=["POST"]),
        Route("/events/webhooks/asset-compute", ingress_api.webhook, methods=["POST"]),
        Route("/events/expectations", ingress_api.expect, methods=["POST"]),
        Route("/events/expectations/{group}", ingress_api.arrived, methods=["GET"]),
        Route("/events/{consumer}/registrations", registrations_api.of_organization, methods=["GET"]),
        Route(REGISTRATIONS, registrations_api.create, methods=["POST"]),
        Route(REGISTRATIONS, registrations_api.in_workspace, methods=["GET"]),
        Route(f"{REGISTRATIONS}/{{registration}}", registrations_api.get, methods=["GET"]),
        Route(f"{REGISTRATIONS}/{{registration}}", registrations_api.update, methods=["PUT"]),
        Route(f"{REGISTRATIONS}/{{registration}}", registrations_api.delete, methods=["DELETE"]),
    ],
    exception_handlers=EXCEPTION_HANDLERS,
)
