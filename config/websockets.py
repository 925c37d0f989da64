"""WebSockets: Channels' routing to the repository's live pages, for logged-in users and pages of this server only."""

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from starlette.types import ASGIApp, Receive, Scope, Send

from shell.live.routing import websocket_urlpatterns


class SameOrigin:
    """Refuses a handshake from a page of another site; programs, which send no Origin, pass."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", []))
        origin = headers.get(b"origin")
        if origin and origin.partition(b"://")[2] != headers.get(b"host"):
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": "foreign origin"})
            return
        await self.inner(scope, receive, send)


class Reject:
    """A path that no consumer answers is refused in the handshake."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.inner(scope, receive, send)
        except ValueError as err:
            if not str(err).startswith("No route found"):
                raise
            await receive()
            await send({"type": "websocket.close", "code": 4404, "reason": "no such socket"})


websockets: ASGIApp = SameOrigin(Reject(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))))
