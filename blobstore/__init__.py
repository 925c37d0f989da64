"""Azure Blob storage on a local directory: the part of the Blob REST API that block blobs need, as an ASGI application.

The wire is `application` in `asgi`; below it are pure modules (addresses, signatures, conditions, documents), the state
(an SQLite index and content files, written by `writer`), and one module of operations for each kind of resource.
"""
