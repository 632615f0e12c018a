"""What the gateway counts while it works, for the metrics to read."""

from gameserver.histogram import Histogram


class Stats:
    """Plain counters of the hot path; the metrics read them when they are asked."""

    __slots__ = (
        "catch_times",
        "caught",
        "closed",
        "decode_times",
        "doubts",
        "fix_times",
        "fixes",
        "judge_times",
        "messages_in",
        "messages_out",
        "refused",
        "reveal_times",
        "shed",
        "slowed",
        "view_times",
    )

    def __init__(self) -> None:
        self.fixes = 0
        self.messages_in = 0
        self.messages_out = 0
        self.caught = 0
        self.refused: dict[str, int] = {}
        self.closed: dict[int, int] = {}
        self.doubts: dict[str, int] = {}
        """Aims and catches that a doubtful track kept waiting, by signal."""
        self.slowed = 0
        """Messages after which nothing was read from their sender for a while."""
        self.shed = {"looks": 0, "feeds": 0, "sockets": 0, "catches": 0}
        """What was left out under load, in the order in which that begins."""
        self.decode_times = Histogram()
        """Seconds from a message's payload to the message, of one in `session.TIMED_ONE_IN`."""
        self.view_times = Histogram()
        """Seconds that moving a view took: what it shows now, encoded and queued."""
        self.fix_times = Histogram()
        """Seconds from a fix's payload to its view sent, of one in `session.TIMED_ONE_IN`."""
        self.reveal_times = Histogram()
        """Seconds from an event in Redis until its viewers were told."""
        self.judge_times = Histogram()
        """Seconds from a decoded catch to its claim, or to its refusal."""
        self.catch_times = Histogram()
        """Seconds from a judged catch to its answer."""

    def count_refusal(self, reason: str) -> None:
        """Somebody was refused something."""
        self.refused[reason] = self.refused.get(reason, 0) + 1

    def count_doubt(self, signal: str) -> None:
        """A track that a signal speaks against kept somebody waiting."""
        self.doubts[signal] = self.doubts.get(signal, 0) + 1
