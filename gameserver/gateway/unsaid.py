"""What changed in a player's view and could not be said yet: of each cat only the newest."""

from gameserver.gateway.world import LiveCat


class Unsaid:
    """Changes of a view, gathered until there is room for them on the line.

    What comes later replaces what came before, so that a slow reader gets the newest state and
    no history, and this never grows beyond the cats that were in view meanwhile.
    """

    __slots__ = ("_appear", "_vanish")

    def __init__(self) -> None:
        self._appear: dict[str, LiveCat] = {}
        self._vanish: dict[str, None] = {}

    def __bool__(self) -> bool:
        return bool(self._appear or self._vanish)

    def add(self, appear: list[LiveCat], vanish: list[str]) -> None:
        """One change of the view, newer than all before."""
        for cat in vanish:
            self._appear.pop(cat, None)
            self._vanish[cat] = None
        for live in appear:
            self._vanish.pop(live.cat.id, None)
            self._appear[live.cat.id] = live

    def take(self, most: int) -> tuple[list[LiveCat], list[str]]:
        """What to say next: all that vanished, and at most so many of those that appeared."""
        vanish = list(self._vanish)
        self._vanish.clear()
        chosen = list(self._appear)[:most]
        return [self._appear.pop(cat) for cat in chosen], vanish
