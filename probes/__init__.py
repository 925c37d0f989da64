"""What the boxes tell an observer, and ask it: who calls whom, exchanges with other servers, gates, faults.

A box knows only this package. `config` puts the observer (`flow`) behind it; without one, every function here does
nothing and costs next to nothing.
"""
