"""The only writer of standard output, and the only reader of answers."""

import codecs
import errno
import json
import os
import queue
import stat
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from pfha_tui.domain.language import tr
from pfha_tui.domain.text import clean, takes_utf8

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


def line(text: str = "") -> None:
    """Write one line; control characters in it become U+FFFD."""
    print(clean(text))


def block(text: str) -> None:
    """Write our own text of several lines as it is."""
    print(text.rstrip("\n"))


def dump(value: Any) -> None:
    """Write JSON, ASCII only, so that no terminal and no encoding can be upset by it."""
    print(json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False))


def show(renderable: "RenderableType", *, no_color: bool = False) -> None:
    """Write a table or text of rich's, without its markup, emoji codes and highlighting."""
    console(no_color=no_color).print(renderable)


def console(*, no_color: bool = False) -> "Console":
    """A console of rich's on standard output in which a text is only ever a text."""
    from rich.console import Console

    plain = no_color or bool(os.environ.get("NO_COLOR"))
    return Console(
        file=sys.stdout,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=False,
        no_color=plain or None,
        color_system=None if plain else "auto",
    )


def unicode_output() -> bool:
    """Standard output can carry the glyphs of tables and bars."""
    return _carries("●│▁")


def accents() -> bool:
    """Standard output can carry accented letters."""
    return _carries("éœ")


def _carries(text: str) -> bool:
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    utf8 = codecs.lookup(encoding).name == "utf-8"
    return not utf8 or takes_utf8(encoding, os.environ, bool(sys.flags.utf8_mode))


def interactive() -> bool:
    """A person sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def errors_on_screen() -> bool:
    """A person sees standard error, on which the console draws."""
    return sys.stderr.isatty()


def ask(question: str, default: str | None = None) -> str:
    """One answer from the keyboard; Ctrl-C and end of input raise click.Abort."""
    return str(click.prompt(question, default=default)).strip()


def confirm(question: str) -> bool:
    """Yes or no, and no unless said; Ctrl-C and end of input raise click.Abort."""
    prompt = tr("{question} [y/N]").format(question=question)
    return affirmed(str(click.prompt(prompt, default="", show_default=False)))


def affirmed(said: str) -> bool:
    """The answer means yes."""
    return said.strip().lower() in ("y", "yes", *tr("y yes").split())


def answerable() -> bool:
    """A person sits at the keyboard and sees standard error, where questions before a change are asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


async def answer(question: str) -> str:
    """One line from the keyboard, asked on standard error, while everything else goes on.

    End of input raises click.Abort.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    there: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        # A terminal hands over whole lines, so this does not wait.
        if not there.done():
            there.set_result(sys.stdin.readline())

    click.echo(clean(question) + " ", nl=False, err=True)
    loop.add_reader(sys.stdin.fileno(), read)
    try:
        said = await there
    finally:
        loop.remove_reader(sys.stdin.fileno())
    if not said:
        raise click.Abort
    return said.strip()


def flush() -> None:
    """Hand everything to the reader now; raises BrokenPipeError if it is gone."""
    sys.stdout.flush()


FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What a write ends with when its disk, or the writer's share of it, is full or broken."""


class OutputLost(Exception):
    """Standard output takes no more; `error` is the system's reason."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error)
        self.error = error


class LineStream:
    """Writes lines one by one to standard output from a thread of its own, so that a reader who is slow
    holds up nobody; each is handed over at once.

    `gone` is called, from any thread, once nobody can be expected to read any more: the reader closed its
    end, or left MOST_WAITING lines unread. `fault` is the error when it was something else, a full disk.
    """

    MOST_WAITING = 10_000

    def __init__(self, gone: Callable[[], None]) -> None:
        flush()
        self.fault: OSError | None = None
        self._gone = gone
        self._descriptor = sys.stdout.fileno()
        self._encoding = sys.stdout.encoding or "ascii"
        self._lines: queue.Queue[bytes | None] = queue.Queue(self.MOST_WAITING)
        # Not through sys.stdout: a thread that hangs in there would keep the interpreter from ending.
        self._thread = threading.Thread(target=self._write, name="lines", daemon=True)
        self._thread.start()

    @property
    def pipe(self) -> int | None:
        """The descriptor, where it is that of a pipe, which tells when its reader goes."""
        mode = os.fstat(self._descriptor).st_mode
        return self._descriptor if stat.S_ISFIFO(mode) else None

    def line(self, text: str) -> None:
        """Write one line; control characters in it become U+FFFD."""
        try:
            self._lines.put_nowait(clean(text).encode(self._encoding, "replace") + b"\n")
        except queue.Full:
            self._gone()

    def close(self, timeout_s: float) -> None:
        """Wait until all is written, for `timeout_s` at most."""
        try:
            self._lines.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(timeout_s)

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                while line:
                    line = line[os.write(self._descriptor, line) :]
            except OSError as error:
                if not isinstance(error, BrokenPipeError):
                    self.fault = error
                self._gone()
                return
