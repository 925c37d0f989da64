"""What the web pages of all boxes share: the shell around a page, its policy, formats, and the live doorbell.

Knows no box. A box that has pages renders them with `shell.page.page`, marks their views `shell.access.for_people`, and
tells of its changes by a module `live.py` that `settings.LIVE_TOPICS` names (docs/architecture.md, "The web UI").
"""
