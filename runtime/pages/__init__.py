"""The pages of the I/O Runtime under `/runtime`, for people."""
