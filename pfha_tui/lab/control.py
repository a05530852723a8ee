"""Commands for a lab that runs, over a private UNIX socket: the lab's side and the caller's.

A request is one line of text (see verbs); the answer is one JSON object with `code` (see below) and `text`.
"""

import asyncio
import contextlib
import json
import socket
import tomllib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from pfha_tui.lab import place, verbs
from pfha_tui.lab.world import World

DONE, USAGE, NO_LAB, SLOW, REFUSED = 0, 2, 3, 4, 6
"""Exit codes of `lab do`: done, no such command, no lab, a lab that does not answer, refused."""
TIMEOUT = 10.0
"""Seconds that either side waits for the other."""
LONGEST = 4096
"""Bytes of a command, at most."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command: an exit code and a text of one or more lines."""

    code: int
    text: str


@contextlib.asynccontextmanager
async def listening(world: World, directory: Path) -> AsyncIterator[None]:
    """Take commands for a world on the socket in its directory. Raises OSError."""
    path = directory / place.CONTROL
    callers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.add(writer)
        try:
            async with asyncio.timeout(TIMEOUT):
                answer = _do(world, await reader.readline())
                writer.write(json.dumps({"code": answer.code, "text": answer.text}).encode())
                await writer.drain()
        except (OSError, ValueError, TimeoutError):
            pass  # who asked went away, sent no line, or too long a one
        finally:
            callers.discard(writer)
            writer.close()

    server = await asyncio.start_unix_server(serve, path, limit=LONGEST)
    path.chmod(0o600)
    try:
        yield
    finally:
        server.close()
        for writer in tuple(callers):
            writer.transport.abort()


def find(config: str | None) -> Path | Answer:
    """The directory of the lab that a configuration file leads to; without one, of the only lab that runs."""
    if config is None:
        labs = place.running()
        if len(labs) == 1:
            return labs[0]
        if not labs:
            return Answer(
                NO_LAB, "No lab is running; `pfha-tui lab` or `pfha-tui demo` starts one."
            )
        names = " and ".join(str(_config_of(lab)) for lab in labs)
        return Answer(USAGE, f"Several labs are running; choose one with --config: {names}.")
    try:
        loaded = tomllib.loads(Path(config).read_text())
        node = loaded["pair"][0]["node"][0]
        return Path(node["ssh"]["identity_file"]).parent
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        return Answer(USAGE, f"{config} cannot be read: {why}.")
    except (tomllib.TOMLDecodeError, LookupError, TypeError):
        return Answer(USAGE, f"{config} is not the configuration of a lab.")


def ask(text: str, config: str | None = None) -> Answer:
    """Have a running lab do what a command says, and wait for its answer; errors are answers too.

    `help` needs no lab.
    """
    if text.split() == ["help"]:
        return Answer(DONE, verbs.help_text())
    line = text.replace("\n", " ").encode("utf-8", "replace")
    if len(line) >= LONGEST:
        return Answer(USAGE, "The command is too long.")
    directory = find(config)
    if isinstance(directory, Answer):
        return directory
    try:
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(TIMEOUT)
            wire.connect(str(directory / place.CONTROL))
            wire.sendall(line + b"\n")
            said = json.loads(b"".join(iter(lambda: wire.recv(65536), b"")))
            return Answer(int(said["code"]), str(said["text"]))
    except TimeoutError:
        return Answer(SLOW, f"The lab did not answer within {TIMEOUT:g} s.")
    except (OSError, ValueError, LookupError, TypeError):
        which = f"No lab runs with {config}." if config is not None else "The lab has just ended."
        return Answer(NO_LAB, which)


def _do(world: World, line: bytes) -> Answer:
    if not line.endswith(b"\n"):
        raise ValueError("no whole line")
    world.catch_up()
    try:
        return Answer(DONE, verbs.run(world, line.decode("utf-8", "replace")))
    except verbs.VerbError as error:
        return Answer(USAGE, str(error))
    except verbs.Refused as error:
        return Answer(REFUSED, str(error))


def _config_of(directory: Path) -> str:
    try:
        return (directory / place.CONFIG).read_text()
    except OSError:
        return str(directory / "config.toml")
