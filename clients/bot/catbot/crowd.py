"""All bots of a run: who they are, when they arrive and how they leave."""

import asyncio
import contextlib
import math
import time
from collections.abc import Callable
from random import Random
from uuid import uuid4

from catbot.bot import Bot, Venue
from catbot.cheats import strategies
from catbot.options import Options
from catbot.player import Persona, Player
from catbot.reveal import Sightings
from catbot.scores import Scores
from catbot.tally import Tally
from catbot.walker import Places, Walker

_ANSWERS_S = 5.0
_LOOK_S = 0.1
_GOODBYES_S = 8.0
_GOODBYES_AT_ONCE = 200


class Crowd:
    """The bots of one process of a run, and what they count."""

    def __init__(self, options: Options, places: Places, shard: int = 0) -> None:
        self.scores = Scores()
        self.bots: list[Bot] = []
        self._options = options
        self._places = places
        self._shard = shard
        self._plan = options.plan()
        # Attempt ids must differ between runs even where the seed and the players are the same.
        self._run_id = uuid4().hex[:12]
        self._roles = _roles(self._plan.arrivals, options)
        self._strategies = strategies()
        self._sightings = Sightings()

    @property
    def honest(self) -> Tally:
        """What the honest bots counted."""
        return self.scores.honest

    async def play(self, venue: Venue, stop: asyncio.Event) -> float:
        """Let everybody come, play and leave as planned or until `stop`; then gather what is still
        to be answered and leave. Says for how many seconds was played.
        """
        start_s = time.monotonic()
        here: dict[int, tuple[Bot, asyncio.Task[None]]] = {}
        playing: list[asyncio.Task[None]] = []
        async with asyncio.TaskGroup() as tasks:
            for move in self._plan.moves():
                if move.number % self._options.processes != self._shard:
                    continue
                if await _comes_before(stop, start_s + move.due_s):
                    break
                if not move.comes:
                    tasks.create_task(_send_home(*here.pop(move.number)))
                    continue
                bot = self._new_bot(move.number, venue)
                bot.due_s = start_s + move.due_s
                self.bots.append(bot)
                playing.append(tasks.create_task(bot.play()))
                here[move.number] = bot, playing[-1]
            await _comes_before(stop, start_s + self._plan.lasts_s)
            played_s = time.monotonic() - start_s
            await self._leave(playing)
        return played_s

    def known(self) -> list[tuple[str, str]]:
        """The players that were welcomed, each with its token."""
        return [
            (bot.id, bot.token) for bot in self.bots if bot.id is not None and bot.token is not None
        ]

    async def _leave(self, playing: list[asyncio.Task[None]]) -> None:
        for bot in self.bots:
            bot.rest()
        await self._gather_answers()
        for number, (bot, task) in enumerate(zip(self.bots, playing, strict=True)):
            if not bot.leave():
                task.cancel()  # it was about to come back, or has not come in yet
            if number % _GOODBYES_AT_ONCE == 0:
                await asyncio.sleep(0)
        if playing:
            await asyncio.wait(playing, timeout=_GOODBYES_S)
        for task in playing:
            task.cancel()

    async def _gather_answers(self) -> None:
        """Wait until nobody waits for the answer to a catch, but not for ever."""
        for _ in range(round(_ANSWERS_S / _LOOK_S)):
            if all(bot.player.settled for bot in self.bots):
                return
            await asyncio.sleep(_LOOK_S)

    def _new_bot(self, number: int, venue: Venue) -> Bot:
        options = self._options
        rng = Random(f"{options.seed}/{number}")
        role = self._roles[number]
        walker = Walker(
            self._places.start(options.start_near_m, rng), options.speed_mps, self._places, rng
        )
        cheating = self.scores.cheating
        tally = self.honest if role is None else cheating.setdefault(role, Tally())
        tally.players += 1
        persona = Persona(
            name=f"{self._run_id}-{number}",
            walker=walker,
            places=self._places,
            rng=rng,
            tally=tally,
            sightings=self._sightings,
        )
        make: Callable[[Persona], Player] = Player if role is None else self._strategies[role]
        token = options.tokens[number] if number < len(options.tokens) else None
        return Bot(make(persona), venue, rng, token)


def _roles(players: int, options: Options) -> list[str | None]:
    """For each bot its way to cheat, or None; cheaters are spread evenly over the ways."""
    names = list(options.cheats or strategies())
    cheaters = round(players * options.cheaters)
    roles: list[str | None] = [names[number % len(names)] for number in range(cheaters)]
    roles += [None] * (players - cheaters)
    Random(options.seed).shuffle(roles)
    return roles


async def _send_home(bot: Bot, task: asyncio.Task[None]) -> None:
    """Let one bot leave while others play on: after the answer to its throw, but not for ever."""
    bot.rest()
    for _ in range(round(_ANSWERS_S / _LOOK_S)):
        if bot.player.settled:
            break
        await asyncio.sleep(_LOOK_S)
    if not bot.leave():
        task.cancel()


async def _comes_before(stop: asyncio.Event, when_s: float) -> bool:
    """Wait until `when_s` on the monotonic clock, and say whether `stop` came before."""
    delay_s = when_s - time.monotonic()
    if delay_s > 0 and not stop.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if delay_s == math.inf else delay_s):
                await stop.wait()
    return stop.is_set()
