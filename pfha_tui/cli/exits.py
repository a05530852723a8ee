"""Every exit code of the program."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the program ends with; `check` alone uses the codes of monitoring plugins (`PluginState`)."""

    OK = 0
    """Done."""
    FINDINGS = 1
    """The pair is not healthy, or has warnings (only with --exit-code)."""
    USAGE = 2
    """The command line or the configuration is at fault, or there is no terminal for the console."""
    UNREACHABLE = 3
    """No node could be reached; trying again later may help."""
    TIMEOUT = 4
    """No confirmed answer came in time; nothing was changed."""
    UNVERIFIED = 5
    """Executed, but the result could not be verified, or it was taken back; or the journal was changed."""
    REFUSED = 6
    """Refused: read-only, an unmet condition, or not confirmed by you."""
    INTERNAL = 70
    """A fault of the program itself (EX_SOFTWARE of sysexits(3))."""
    OUTPUT = 74
    """The output could not be written: a full disk, say (EX_IOERR of sysexits(3))."""
    NO_PERMISSION = 77
    """The system does not permit it to this account, or has no such thing (EX_NOPERM of sysexits(3))."""
    INTERRUPTED = 130
    """Interrupted from the keyboard."""
    PIPE_CLOSED = 141
    """Whoever read the output went away."""
    TERMINATED = 143
    """Ended by SIGTERM or SIGHUP."""


class PluginState(IntEnum):
    """Exit codes of monitoring plugins (Nagios, Icinga, Checkmk, …)."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3
