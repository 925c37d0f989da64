"""The URLs of a deployed web action."""

from urllib.parse import quote

from django.conf import settings

from runtime.actions import Deployed


def web_action(action: Deployed) -> list[str]:
    """As it is in production, which AEMulator itself and clients with the preload file reach; and on this machine."""
    package, name = quote(action.spec.package), quote(action.spec.name)
    return [
        f"https://{action.namespace}.adobeioruntime.net/api/v1/web/{package}/{name}",
        f"{settings.AEMULATOR_URL}/api/v1/web/{quote(action.namespace)}/{package}/{name}",
    ]
