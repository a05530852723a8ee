"""`watch`: the console without any action, or every change as a line of JSON or of plain text."""

import asyncio
import contextlib
import signal
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pfha_tui.cli import leftovers
from pfha_tui.cli.diagnostics import Failure, Terminated
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.options import Options
from pfha_tui.cli.output import LineStream, OutputLost
from pfha_tui.cli.pairs import resolved_again, wanted_pairs
from pfha_tui.cli.watch_lines import Form, JsonForm, PlainForm
from pfha_tui.cli.watching import judged
from pfha_tui.collector.mending import Resolve, mended
from pfha_tui.domain.changes import ChangeLog
from pfha_tui.domain.language import tr
from pfha_tui.domain.target import BrokenPair, PairTarget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pfha_tui.collector.feed import Feed
    from pfha_tui.domain.snapshot import PairSnapshot

FIRST_S = 10.0
"""A pair that has no confirmed verdict by then is told as it is."""
DRAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """The options of `watch` itself; without any it is a screen."""

    json: bool
    plain: bool


def run(options: Options, wish: WatchOptions) -> int:
    """Watch until ended; nothing here can change a firewall. Raises Failure, BrokenPipeError."""
    if wish.json and wish.plain:
        raise Failure(ExitCode.USAGE, tr("--json and --plain exclude each other; give one."))
    options = replace(options, read_only=True)
    if not (wish.json or wish.plain):
        from pfha_tui.cli.console import need_terminal, open_console

        need_terminal()
        return open_console(options, wanted_pairs(options), watch=True)
    pairs = wanted_pairs(options)
    form: Form = JsonForm() if wish.json else PlainForm(pairs)
    # A signal that comes before the loop listens for it asks for the same end.
    with contextlib.suppress(Terminated):
        asyncio.run(_stream(pairs, form, lambda broken: resolved_again(broken, options)))
    return ExitCode.OK


async def _stream(
    pairs: "Sequence[PairTarget | BrokenPair]", form: "Form", resolve: Resolve
) -> None:
    """Tell of all pairs until SIGTERM or SIGHUP. Raises BrokenPipeError once nobody reads, OutputLost, and what
    ended the last pair that was watched."""
    loop = asyncio.get_running_loop()
    stop: asyncio.Future[bool] = loop.create_future()

    def end(reader_left: bool) -> None:
        if not stop.done():
            stop.set_result(reader_left)

    def gone() -> None:
        # The loop may be closed while the thread still writes its last lines.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(end, True)

    stream = LineStream(gone)
    if stream.pipe is not None:
        loop.add_reader(stream.pipe, end, True)
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end, False)
    try:
        async with asyncio.TaskGroup() as tasks:
            everything = tasks.create_task(_follow_all(pairs, form, stream, resolve))
            either: set[asyncio.Future[Any]] = {everything, stop}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            everything.cancel()
    except* Exception as group:
        raise group.exceptions[0] from None
    finally:
        if stream.pipe is not None:
            loop.remove_reader(stream.pipe)
        stream.close(DRAIN_S)
    if stream.fault is not None:
        raise OutputLost(stream.fault)
    if stop.done() and stop.result():
        raise BrokenPipeError


async def _follow_all(
    pairs: "Sequence[PairTarget | BrokenPair]",
    form: "Form",
    stream: LineStream,
    resolve: Resolve,
) -> None:
    """Watch every pair; one that cannot be for now, or no longer can be, is a line. Raises what ended the last."""
    async with asyncio.TaskGroup() as tasks:
        watched = [tasks.create_task(_follow(pair, form, stream, resolve)) for pair in pairs]
    failed = [one.result() for one in watched]
    raise next((error for error in failed if error is not None), RuntimeError("no feed runs"))


async def _follow(
    pair: PairTarget | BrokenPair, form: "Form", stream: LineStream, resolve: Resolve
) -> Exception | None:
    """Watch one pair, a broken one once it is mended, until cancelled; the result is what ended it before that."""
    told: tuple[str, ...] = ()

    def tell(now: PairTarget | BrokenPair) -> None:
        nonlocal told
        if isinstance(now, BrokenPair) and now.faults != told:
            told = now.faults
            stream.line(form.fault(now.name, time.time(), " ".join(told)))

    try:
        tell(pair)
        target = await mended(pair, resolve, lambda now, _: tell(now))
        if target is None:
            return None
        feed = await asyncio.to_thread(_open, target)
        await _tell(feed, form, stream)
    except Exception as error:
        # Whatever breaks below one pair, the others are watched on, and the reader is told.
        found = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
        said = tr("watching ended: {why}").format(why=str(found) or type(found).__name__)
        stream.line(form.fault(pair.name, time.time(), said))
        return found
    return None


def _open(target: PairTarget) -> "Feed":
    from pfha_tui import wiring

    return wiring.open_feed(target)


async def _tell(feed: "Feed", form: "Form", stream: LineStream) -> None:
    """The whole status once it is confirmed, or after FIRST_S, and from then on every change of it."""
    log: ChangeLog | None = None
    leases = await asyncio.to_thread(leftovers.leases, feed.target.name)

    def begin(snapshot: "PairSnapshot") -> None:
        nonlocal log
        log = ChangeLog(snapshot)
        stream.line(form.status(snapshot, leases))

    def look(snapshot: "PairSnapshot") -> None:
        if log is not None:
            for change in log.step(snapshot):
                stream.line(form.change(change, snapshot))
        elif judged(snapshot):
            begin(snapshot)

    async def begin_in_time() -> None:
        await asyncio.sleep(FIRST_S)
        if log is None:
            begin(feed.current)

    unsubscribe = feed.subscribe(look)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(begin_in_time())
            tasks.create_task(feed.run())
    finally:
        unsubscribe()
