"""How long transactions take, and how long they wait for their turn before."""

from threading import Lock

from gameserver.histogram import Histogram


class Timings:
    """Of the transactions of one kind. SQLite's run in threads, and so may everything here."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.waits = Histogram()
        """Seconds until a transaction's turn: a thread's, or a connection's."""
        self.runs = Histogram()
        """Seconds from there to its end, good or bad; one that is run again counts again."""
        self.under_way = 0
        """Transactions that wait or run."""

    def asked(self) -> None:
        """A transaction is asked for; it ends with `over`, whatever happens."""
        with self._lock:
            self.under_way += 1

    def had_turn(self, asked_s: float, begun_s: float, ended_s: float) -> None:
        """A transaction waited and ran, by a clock that never goes back."""
        with self._lock:
            self.waits.add(begun_s - asked_s)
            self.runs.add(ended_s - begun_s)

    def over(self) -> None:
        """What was asked for is answered or given up."""
        with self._lock:
            self.under_way -= 1
