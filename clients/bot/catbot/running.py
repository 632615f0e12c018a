"""A whole run: from options to a report."""

import asyncio
import os
import resource
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.console import Console

from catbot.api import Api, ApiError, NotOfferedError
from catbot.crew import CrewError, open_crew
from catbot.fail_if import judged, parse
from catbot.ground import Position
from catbot.history import History, open_history
from catbot.live_view import Running, watch
from catbot.options import Options, OptionsError
from catbot.page import to_html
from catbot.report import Outcome, Report, build, to_json
from catbot.scores import Scores
from catbot.series import Sample, Series
from catbot.summary import show_summary
from catbot.troop import Part, Troop, open_api_of
from catbot.walker import Places

_LOOK_S = 1.0
_SPARE_FILES = 200  # beside one socket per bot: the API's connections, files, the event loop


class RunError(Exception):
    """The run could not start; the message says why and what to do."""


async def run(
    options: Options, console: Console | None = None, stop: asyncio.Event | None = None
) -> Report:
    """Let bots play and report. `console` shows how it goes; None shows nothing.

    Setting `stop` ends the run early but in order: bots leave, coupons are checked, the report
    covers what was played. Writes the files that the options name. The report's `failed` lists the
    `fail_if` conditions that held. Raises AddressError, ConditionError, HistoryError, OptionsError
    or RunError before the first bot moves; HistoryError also at the end, with the report written.
    """
    conditions = [parse(text) for text in options.fail_if]
    _check_writable(options)
    _make_room_for_sockets(-(-options.plan().peak // options.processes))
    noting = nullcontext() if options.history is None else open_history(Path(options.history))
    async with open_api_of(options) as api:
        with noting as history:
            places = await _places(api, options)
            stage = _Stage(options, places, history, stop or asyncio.Event())
            started_at = datetime.now(UTC).isoformat(timespec="seconds")
            part, series = await _play(stage, api, console)
            report = judged(conditions, build(Outcome(options, started_at, part, series)))
            _write(options, report)
            if console is not None:
                show_summary(console, report)
    return report


class _Stage(msgspec.Struct, frozen=True):
    options: Options
    places: Places
    history: History | None
    stop: asyncio.Event


async def _play(
    stage: _Stage, api: Api, console: Console | None
) -> tuple[Part, tuple[Sample, ...]]:
    options = stage.options
    if options.processes == 1:
        troop = Troop(options, api, stage.places)
        async with _watching(stage, troop.scores, console) as series:
            part = await troop.play(stage.history, stage.stop)
        return part, tuple(series.samples())
    try:
        async with open_crew(options, stage.places, stage.history) as crew:
            async with _watching(stage, crew.scores, console) as series:
                part = await crew.play(stage.stop)
            return part, tuple(series.samples())
    except BaseExceptionGroup as group:  # of the task groups that it went through
        lost = _first(group, CrewError)
        if lost is None:
            raise
        raise RunError(str(lost)) from group


def _first(group: BaseExceptionGroup[BaseException], kind: type[Exception]) -> Exception | None:
    for error in group.exceptions:
        found = _first(error, kind) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, kind):
            return found
    return None


@contextmanager
def stop_on_interrupt() -> Iterator[asyncio.Event]:
    """An event for `run` that the first Ctrl-C sets; the second one interrupts as usual.

    For the main thread only, inside a running loop.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def on_interrupt() -> None:
        stop.set()
        loop.remove_signal_handler(signal.SIGINT)

    loop.add_signal_handler(signal.SIGINT, on_interrupt)
    try:
        yield stop
    finally:
        loop.remove_signal_handler(signal.SIGINT)


async def _places(api: Api, options: Options) -> Places:
    """Where to play. Asks the server even where a centre is given: no server, no run."""
    places = None
    try:
        places = await api.places()
    except NotOfferedError as error:
        if options.centre is None:
            raise RunError(
                f"no map is there ({error}): is it the address of a server? Where it has none, "
                "say where to play with --centre"
            ) from error
    except ApiError as error:
        raise RunError(f"the server does not answer: {error}") from error
    if options.centre is not None:
        return Places(Position(*options.centre), options.radius_m)
    if places is None:
        raise RunError("the server has no stores to play around; say where with --centre")
    return places


@asynccontextmanager
async def _watching(
    stage: _Stage, scores: Scores, console: Console | None
) -> AsyncIterator[Series]:
    """Show how a run goes, and look at it once a second, so that the report can show it in time."""
    series = Series(scores)

    async def look() -> None:
        loop = asyncio.get_running_loop()
        last_s = loop.time()
        while True:
            await asyncio.sleep(_LOOK_S)
            now_s = loop.time()
            series.look(now_s - last_s)
            last_s = now_s

    run = Running(stage.options, scores, stage.stop)
    async with watch(console, run), asyncio.TaskGroup() as tasks:
        looking = tasks.create_task(look())
        try:
            yield series
        finally:
            looking.cancel()


def _check_writable(options: Options) -> None:
    # Found out now rather than after the run.
    files = {"report": options.report, "json": options.json, "history": options.history}
    for name, path in files.items():
        if path is None:
            continue
        place = Path(path).resolve()
        if not place.parent.is_dir():
            raise OptionsError(f"{name}: {Path(path).parent} is no directory")
        if place.is_dir() or not os.access(place if place.exists() else place.parent, os.W_OK):
            raise OptionsError(f"{name}: {path} can't be written")


def _make_room_for_sockets(players: int) -> None:
    """Raise this process's limit of open files to what the bots need. Raises RunError."""
    needed = players + _SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        if hard != resource.RLIM_INFINITY and hard < needed:
            raise RunError(
                f"{players} players need {needed} open files, but this system allows {hard}; "
                "raise `ulimit -n`, or spread them over more processes"
            )
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def _write(options: Options, report: Report) -> None:
    if options.json is not None:
        Path(options.json).write_bytes(to_json(report))
    if options.report is not None:
        Path(options.report).write_text(to_html(report), encoding="utf-8")
