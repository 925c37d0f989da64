"""The whole state in one file: a tar of rows as JSON lines, blobs and secrets (docs/testing.md)."""
