"""The journal's page at `/events`, for people. What is under `/events/` is the API of I/O Events."""
