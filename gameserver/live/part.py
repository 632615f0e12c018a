"""What every subject of the live world is built on."""

from gameserver.live.batch import Batcher


class Part:
    """One subject's calls; `Live` is all of them together."""

    def __init__(self, redis: Batcher) -> None:
        self._redis = redis
