"""Where the sockets are."""

from django.urls import path

from shell.live.consumer import LiveConsumer

websocket_urlpatterns = [path("_aemulator/live", LiveConsumer.as_asgi())]
