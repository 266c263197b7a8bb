"""What does not depend on the relation is worked out once a rule set."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import NamedTuple, TypeVar

from assess.ruleset.model import RuleSet

T = TypeVar("T")
KEPT = 16


class _Identity(NamedTuple):
    """A rule set as a cache key, by identity: models of this size are not worth hashing for each relation."""

    ruleset: RuleSet

    def __hash__(self) -> int:
        return id(self.ruleset)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.ruleset is self.ruleset


def once(function: Callable[[RuleSet], T]) -> Callable[[RuleSet], T]:
    """Keep what ``function`` makes of the last few rule sets."""

    @lru_cache(maxsize=KEPT)
    def kept(key: _Identity) -> T:
        return function(key.ruleset)

    @wraps(function)
    def found(ruleset: RuleSet) -> T:
        return kept(_Identity(ruleset))

    return found
