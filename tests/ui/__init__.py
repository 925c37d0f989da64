"""Tests of what the pages are made of: listing, states, formats, policy, views."""
