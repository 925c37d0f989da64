"""A core worker: makes the renditions of activations, one activation at a time, in a process of its own.

Importing this module is light (the server does it for the data classes); the process loads the engine in `main`.
"""

from compute.activation import CoreActivation, RenditionInstructions, RenditionResult, SourceRef

__all__ = ["CoreActivation", "RenditionInstructions", "RenditionResult", "SourceRef", "main"]


def main() -> None:
    """The life of a worker process: from the first line on standard input to its end."""
    from compute.core_process import serve

    serve()
