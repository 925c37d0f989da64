"""Tests of the doorbell: hub, sockets, catching up."""
