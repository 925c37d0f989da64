"""A core worker: makes the renditions of activations, one activation at a time, in a process of its own.

Importing this module is light (the server does it for the data classes); the engine is loaded by the process.
"""

from compute.activation import CoreActivation, RenditionInstructions, RenditionResult, SourceRef

__all__ = ["CoreActivation", "RenditionInstructions", "RenditionResult", "SourceRef"]
