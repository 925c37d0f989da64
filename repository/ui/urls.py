"""URLs of the web UI: AEM's own places, with Sling selectors for the fragments of a page (`assets.live.html`)."""

from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.cache import cache_control
from django.views.i18n import JavaScriptCatalog

from repository.late_views import late
from repository.ui import (
    absence_views,
    asset_views,
    folder_views,
    node_views,
    start_views,
    worker_log_views,
)

messages = cache_control(max_age=300)(JavaScriptCatalog.as_view())

urlpatterns: list[URLPattern | URLResolver] = [
    path("", start_views.start, name="ui-start"),
    path("aem/start.html", start_views.start),
    path("start.recent.html", start_views.recent, name="ui-recent"),
    path("libs/cq/i18n/messages.js", messages, name="ui-messages"),
    re_path(r"^assets\.html(?P<suffix>/.*)?$", folder_views.assets, name="ui-assets"),
    re_path(r"^assets\.items\.html(?P<suffix>/.+)$", folder_views.more_items),
    re_path(r"^assets\.paths\.json(?P<suffix>/.+)$", folder_views.everything),
    re_path(r"^assets\.live\.html(?P<suffix>/.+)$", folder_views.live),
    re_path(r"^assets\.tree\.html(?P<suffix>/.+)$", folder_views.branches),
    re_path(r"^assets\.existing\.json(?P<suffix>/.+)$", folder_views.existing),
    re_path(r"^crx/?$|^crx/de/index\.jsp$", node_views.bare),
    re_path(r"^crx/de(?P<suffix>/.*)?$", node_views.node, name="nodes"),
    re_path(r"^crx\.node\.html(?P<suffix>/.*)?$", node_views.panel),
    re_path(r"^crx\.children\.html(?P<suffix>/.*)?$", node_views.children),
    path("api/docs", late("repository.ui.api_views.overview"), name="api-docs"),
    path("api/docs/<slug:slug>", late("repository.ui.api_views.group"), name="api-group"),
    path("_aemulator/absences", absence_views.absences, name="absences"),
    path("assets.states.json", asset_views.states),
    re_path(r"^assetdetails\.html(?P<suffix>/.+)$", asset_views.asset_details, name="ui-asset"),
    re_path(r"^assetdetails\.preview\.html(?P<suffix>/.+)$", asset_views.preview),
    re_path(r"^assetdetails\.worker\.html(?P<suffix>/.+)$", worker_log_views.worker_log),
    re_path(r"^assetdetails\.live\.html(?P<suffix>/.+)$", asset_views.live),
]
