"""Seeds: what a test wants to find in the repository, said once, brought in by direct binary upload, and waited for."""
