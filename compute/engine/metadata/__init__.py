"""Metadata of sources, as XMP."""

from compute.engine.metadata.extraction import rendition

__all__ = ["rendition"]
