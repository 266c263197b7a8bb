"""What is proved of a rule set, and what differs between two: every situation at once, by the solver z3.

A *situation* is one level per variable (a reading, or one source's position, which is a variable of its own), one
level per attribute, one type. Only this package imports z3; where it is not installed, nothing else is missing.
"""

from __future__ import annotations

from importlib.util import find_spec


def available() -> bool:
    """Whether the solver is installed."""
    return find_spec("z3") is not None
