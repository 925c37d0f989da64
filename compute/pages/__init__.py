"""The pages of the Asset Compute service under `/compute`, for people."""
