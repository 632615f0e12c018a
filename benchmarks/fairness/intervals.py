"""How sure a share is that was counted."""

from math import sqrt
from typing import NamedTuple

Z95 = 1.959963984540054


class Share(NamedTuple):
    """So many of so many."""

    hits: int
    tries: int

    @property
    def value(self) -> float:
        """The share itself; 0 of nothing."""
        return self.hits / self.tries if self.tries else 0.0

    def interval(self) -> tuple[float, float]:
        """The 95 % interval (Wilson, JASA 22, 1927): also right for shares near 0 and 1.

        It takes the tries for independent of each other, which those of one player are not quite.
        """
        if not self.tries:
            return 0.0, 1.0
        n, p, z2 = self.tries, self.value, Z95 * Z95
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = Z95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __add__(self, other: object) -> "Share":
        assert isinstance(other, Share)
        return Share(self.hits + other.hits, self.tries + other.tries)
