"""The rendition engine: sources in, renditions out. Knows neither HTTP nor Django; `engine.Engine` is the entry."""
