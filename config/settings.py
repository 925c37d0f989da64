"""Django settings. Every value a user may change is one environment variable, read through `environment`."""

from pathlib import Path

import dj_database_url

from config import environment as env
from config.datadir import DataDir

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.folder("AEMULATOR_DATA_DIR", BASE_DIR / "var")
_data = DataDir(DATA_DIR)

DEBUG = env.flag("AEMULATOR_DEBUG", False)
SECRET_KEY = _data.secret_key()
ALLOWED_HOSTS = ["*"]  # bound to the loopback by default; clients reach it under many names (localhost, host aliases)

# --- Where the boxes are. Each is a URL, so that each can be swapped for the real thing. ----------------------------
HOST = env.text("AEMULATOR_HOST", "127.0.0.1")
PORT = env.number("AEMULATOR_PORT", 8080)
HTTPS_PORT = env.number("AEMULATOR_HTTPS_PORT", 8443)
AEMULATOR_URL = env.text("AEMULATOR_URL", f"http://{HOST}:{PORT}")
AEMULATOR_HTTPS_URL = env.text("AEMULATOR_HTTPS_URL", f"https://{HOST}:{HTTPS_PORT}")
ASSET_COMPUTE_URL = env.text("AEMULATOR_ASSET_COMPUTE_URL", AEMULATOR_URL)
IMS_URL = env.text("AEMULATOR_IMS_URL", AEMULATOR_URL)
EVENTS_URL = env.text("AEMULATOR_EVENTS_URL", AEMULATOR_URL)
EVENTS_INGRESS_URL = env.text("AEMULATOR_EVENTS_INGRESS_URL", AEMULATOR_URL)
RUNTIME_URL = env.text("AEMULATOR_RUNTIME_URL", AEMULATOR_URL)  # where calls of *.adobeioruntime.net go

# --- Blob storage: the well-known development account, as Azurite has it; any Azure connection string instead. ------
DEVSTORE_ACCOUNT = "devstoreaccount1"
DEVSTORE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
# The name under which clients that know Azure only look for the account: the preload file sends it here.
DEVSTORE_HOST = f"{DEVSTORE_ACCOUNT}.blob.core.windows.net"
DEVTOOL_CONTAINER = "asset-compute-devtool"  # there from the start, as the developer tool expects it
BLOBSTORE_DIR = DATA_DIR / "blobs"
AZURE_STORAGE_CONNECTION_STRING = env.text(
    "AZURE_STORAGE_CONNECTION_STRING",
    f"DefaultEndpointsProtocol=http;AccountName={DEVSTORE_ACCOUNT};AccountKey={DEVSTORE_KEY};"
    f"BlobEndpoint={AEMULATOR_URL}/{DEVSTORE_ACCOUNT};",
)
# Adobe's worker SDK takes https sources and targets only: jobs with a custom worker are signed for this endpoint.
AZURE_BLOB_HTTPS_ENDPOINT = env.text("AEMULATOR_BLOB_HTTPS_ENDPOINT", f"{AEMULATOR_HTTPS_URL}/{DEVSTORE_ACCOUNT}")
BLOB_CONTAINER = env.text("AEMULATOR_BLOB_CONTAINER", "aem-assets")
STORAGES = {
    "default": {
        "BACKEND": "storages.backends.azure_storage.AzureStorage",
        "OPTIONS": {"connection_string": AZURE_STORAGE_CONNECTION_STRING, "azure_container": BLOB_CONTAINER},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# --- The technical account that the repository and the environment block use. ---------------------------------------
ORG_ID = "8C6767C25245AD1A0A490D4C@AdobeOrg"
CLIENT_ID = "aemulator-client"
CLIENT_SECRET = "aemulator-secret"
TECHNICAL_ACCOUNT_ID = "A1B2C3D4E5F60718293A4B5C@techacct.adobe.com"
TECHNICAL_ACCOUNT_EMAIL = "a1b2c3d4-e5f6-4718-893a-4b5c6d7e8f90@techacct.adobe.com"
SCOPES = (
    "openid,AdobeID,asset_compute,read_organizations,event_receiver,event_receiver_api,adobeio_api,"
    "additional_info.roles,additional_info.projectedProductContext"
)
IMS_SIGNING_KEY_FILE = DATA_DIR / "secrets" / "ims-signing-key.pem"
EXTRA_API_KEYS = frozenset(env.text("AEMULATOR_EXTRA_API_KEYS", "").replace(",", " ").split())  # besides the client id
# --- I/O Runtime: its one key, as AIO_RUNTIME_AUTH has it, and how deployed actions are run. --------------------------
RUNTIME_NAMESPACE = env.text("AEMULATOR_RUNTIME_NAMESPACE", "aemulator")
RUNTIME_AUTH = env.text(
    "AEMULATOR_RUNTIME_AUTH",
    "5d1f9a64-3c0b-4e57-9f0e-a2c7b1e8d430:aemulatorRuntimeKeyForThisMachineOnlyAndNotASecretAtAll000000000",
)
RUNTIME_PROCESSES = env.number("AEMULATOR_RUNTIME_PROCESSES", 3)  # at most, for each action
RUNTIME_IDLE_SECONDS = env.decimal("AEMULATOR_RUNTIME_IDLE_SECONDS", 300.0)  # then an unused process is ended
RUNTIME_RETENTION = env.decimal("AEMULATOR_RUNTIME_RETENTION", 7 * 24 * 3600.0)  # of activations and their logs
RUNTIME_KEPT_ACTIVATIONS = env.number("AEMULATOR_RUNTIME_KEPT_ACTIVATIONS", 5000)
NODE_PRELOAD_FILE = BASE_DIR / "config" / "node" / "preload.cjs"
EVENTS_WEBHOOK_KEY_FILE = DATA_DIR / "secrets" / "events-webhook-key.pem"

# --- Loops, limits, delays (seconds, bytes, pixels). -----------------------------------------------------------------
GATHER_THREADS = env.flag("AEMULATOR_GATHER_THREADS", True)  # the threads of the server share one processor (Linux)
WORKERS = env.flag("AEMULATOR_WORKERS", True)  # false: rendering is done by `manage.py worker` processes
EVENT_VISIBLE_DELAY = env.decimal("AEMULATOR_EVENT_VISIBLE_DELAY", 0.25)
JOURNAL_LATEST_WINDOW = env.decimal("AEMULATOR_JOURNAL_LATEST_WINDOW", 30.0)
JOURNAL_RETENTION = env.decimal("AEMULATOR_JOURNAL_RETENTION", 7 * 24 * 3600.0)
JOURNAL_RETRY_AFTER = env.number("AEMULATOR_JOURNAL_RETRY_AFTER", 1)  # Adobe says 10; local clients should not wait
JOURNAL_POLL_INTERVAL = env.decimal("AEMULATOR_JOURNAL_POLL_INTERVAL", 0.2)
UPLOAD_TOKEN_LIFETIME = env.number("AEMULATOR_UPLOAD_TOKEN_LIFETIME", 3600)
UPLOAD_MIN_PART_SIZE = env.number("AEMULATOR_UPLOAD_MIN_PART_SIZE", 10 * 1024 * 1024)
UPLOAD_MAX_PART_SIZE = env.number("AEMULATOR_UPLOAD_MAX_PART_SIZE", 100 * 1024 * 1024)
UPLOAD_MAX_SIZE = env.number("AEMULATOR_UPLOAD_MAX_SIZE", 50 * 1024**3)
_import_hosts = env.text("AEMULATOR_IMPORT_HOSTS", "localhost,127.0.0.1,::1")  # files may be imported from; * is any
IMPORT_HOSTS = frozenset(_import_hosts.lower().replace(",", " ").split())
JOB_CONCURRENCY = env.number("AEMULATOR_JOB_CONCURRENCY", 8)  # calls of /process at once
JOB_MAX_ATTEMPTS = env.number("AEMULATOR_JOB_MAX_ATTEMPTS", 12)  # calls of /process that failed, then it is given up
JOB_ANSWER_TIMEOUT = env.decimal("AEMULATOR_JOB_ANSWER_TIMEOUT", 900.0)  # without its events a job is sent again
JOB_MAX_RESUBMISSIONS = env.number("AEMULATOR_JOB_MAX_RESUBMISSIONS", 2)
JOB_URL_LIFETIME = env.number("AEMULATOR_JOB_URL_LIFETIME", 24 * 3600)
METADATA_MAX_BYTES = env.number("AEMULATOR_METADATA_MAX_BYTES", 10 * 1024 * 1024)
PROCESS_RATE_LIMIT = env.number("AEMULATOR_PROCESS_RATE_LIMIT", 0)  # /process calls a minute and client; 0: no limit
CUSTOM_WORKER_TIMEOUT = env.decimal("AEMULATOR_CUSTOM_WORKER_TIMEOUT", 300.0)  # until a silent worker's renditions fail
RENDER_PROCESSES = env.number("AEMULATOR_RENDER_PROCESSES", 0)  # 0: one more than processors
RENDER_MAX_PIXELS = env.number("AEMULATOR_RENDER_MAX_PIXELS", 200_000_000)
RENDER_MAX_SOURCE_BYTES = env.number("AEMULATOR_RENDER_MAX_SOURCE_BYTES", 4 * 1024**3)
RENDER_MAX_SECONDS = env.number("AEMULATOR_RENDER_MAX_SECONDS", 60)
RENDER_MAX_MEMORY = env.number("AEMULATOR_RENDER_MAX_MEMORY", 2 * 1024**3)
RENDER_MAX_OUTPUT_BYTES = env.number("AEMULATOR_RENDER_MAX_OUTPUT_BYTES", 2 * 1024**3)
RENDER_MAX_PREVIEW_SECONDS = env.number("AEMULATOR_RENDER_MAX_PREVIEW_SECONDS", 900)
RENDER_ENGINE = env.text("AEMULATOR_RENDER_ENGINE", "libvips")  # or Pillow, which makes everything, slower

# --- The recorder of exchanges behind the flow inspector: on or off, and how much it keeps. ---------------------------
FLOW_RECORD = env.flag("AEMULATOR_FLOW_RECORD", True)
FLOW_MAX_FLOWS = env.number("AEMULATOR_FLOW_MAX_FLOWS", 2000)
FLOW_MAX_BYTES = env.number("AEMULATOR_FLOW_MAX_BYTES", 256 * 1024 * 1024)
FLOW_MAX_AGE = env.decimal("AEMULATOR_FLOW_MAX_AGE", 7 * 24 * 3600.0)  # seconds

# --- Login, and how the Sling side answers. ---------------------------------------------------------------------------
ADMIN_PASSWORD = env.text("AEMULATOR_ADMIN_PASSWORD", "admin")
if ADMIN_PASSWORD == "admin":  # everybody knows it: to hash it slowly protects nothing, and every start and login waits
    PASSWORD_HASHERS = ["repository.auth.hashers.QuickHasher"]
SLING_JSON_MAXIMUM_RESULTS = env.number("AEMULATOR_SLING_JSON_MAXIMUM_RESULTS", 200)
SLING_ECMA_DATES = env.flag("AEMULATOR_SLING_ECMA_DATES", True)
QUERY_LIMIT_READS = env.number("AEMULATOR_QUERY_LIMIT_READS", 100_000)  # nodes that one QueryBuilder query may read
BINARIES_REDIRECT = env.flag("AEMULATOR_BINARIES_REDIRECT", False)  # answer GET of a binary with its signed blob URL

# --- Django ----------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "config",
    "shell",
    "repository",
    "compute",
    "runtime",
    "events",
    "identity",
    "flow",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "repository.auth.middleware.RepositoryDoor",
    "django_htmx.middleware.HtmxMiddleware",
    "shell.csp.ContentSecurityPolicy",
]
APPEND_SLASH = False
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "shell.templates.CleanTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ],
            "libraries": {"formats": "shell.formats", "code": "shell.code"},
        },
    },
]

DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'aemulator.sqlite3'}")
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=None)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        # NORMAL in WAL keeps every commit through kill -9; only a power cut may take the last ones back.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "")
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"},
}
# What pages are told of, and the module that knows the newest mark of it (shell/live/topics.py).
LIVE_TOPICS = {
    "seq": "repository.live",
    "compute": "compute.live",
    "journal": "events.live",
    "flow": "flow.live",
    "runtime": "runtime.live",
}
DRAMATIQ_BROKER_URL = env.text("DRAMATIQ_BROKER_URL", REDIS_URL)

SESSION_COOKIE_NAME = "login-token"  # AEM's name for it
SESSION_COOKIE_SAMESITE = "Lax"
LOGIN_URL = "/libs/granite/core/content/login.html"
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_CONTENT_TYPE_NOSNIFF = True

LANGUAGE_CODE = env.text("AEMULATOR_LANGUAGE", "en")  # of the pages, where there is a translation
LOCALE_PATHS = [
    env.folder("AEMULATOR_LOCALE_DIR", BASE_DIR / "locale")
]  # <language>/LC_MESSAGES/django.mo, djangojs.mo
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = None  # nothing is collected: WhiteNoise serves from where the files are
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": ["repository.auth.drf.RepositoryAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}
# Where each box describes its endpoints for the one OpenAPI document.
OPENAPI_MODULES = [
    *(
        f"{box}.openapi"
        for box in ("repository", "blobstore", "compute", "runtime", "events", "identity", "flow", "config")
    ),
    "repository.api.profile_openapi",
]
SPECTACULAR_SETTINGS = {
    "TITLE": "AEMulator",
    "DESCRIPTION": "AEM as a Cloud Service Assets on one machine. Not affiliated with Adobe.",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "DEFAULT_GENERATOR_CLASS": "repository.api.document.DescribedBoxes",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname:<7} {name} {message}", "style": "{"}},
    "filters": {"client-left": {"()": "config.logs.ClientLeft"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["client-left"]}},
    "loggers": {
        # Answers of 4xx are no event of the server, and the SDK warns of each body that is not XML.
        "django.request": {"level": "ERROR"},
        "azure": {"level": "ERROR"},
    },
    "root": {"handlers": ["stderr"], "level": env.text("AEMULATOR_LOG_LEVEL", "WARNING")},
}
