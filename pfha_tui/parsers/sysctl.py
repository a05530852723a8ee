"""`sysctl -i NAME ...`: `name: value` lines, or `name=value` with -e."""

import re

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpSysctls, Identity, SystemStats
from pfha_tui.domain.text import clean
from pfha_tui.parsers.errors import ParseError
from pfha_tui.parsers.lines import integer, numbered

_LINE = re.compile(
    r"(?P<name>[a-z][A-Za-z0-9_%-]*(?:\.[A-Za-z0-9_%-]+)+)(?::(?: |$)|=)(?P<value>.*)"
)
_BOOTTIME = re.compile(r"\{ sec = ([0-9]{1,12}), usec = [0-9]{1,6} \}.*")
_LOAD = r"([0-9]{1,6}[.,][0-9]{1,6})"
_LOADAVG = re.compile(rf"\{{ {_LOAD} {_LOAD} {_LOAD} \}}")
_INT_MIN, _INT_MAX = -(2**31), 2**31 - 1


class _Oids:
    """Values by name. A line without a name continues the value above it (kern.version does so)."""

    def __init__(self, section: str, text: str) -> None:
        self._section = section
        self._values: dict[str, list[str]] = {}
        self._line_no: dict[str, int] = {}
        name: str | None = None
        for number, line in numbered(text, section):
            if match := _LINE.fullmatch(line):
                name = match["name"]
                if name in self._values:
                    raise ParseError(section, tr("this name came twice"), number, line)
                self._values[name] = [match["value"]]
                self._line_no[name] = number
            elif name is not None:
                self._values[name].append(line)
            elif line.strip():
                raise ParseError(section, tr("expected a name and a value"), number, line)

    def text(self, name: str) -> str | None:
        """The value, or None where the node has no such oid."""
        lines = self._values.get(name)
        return None if lines is None else "\n".join(lines).strip()

    def bad(self, name: str) -> ParseError:
        """The error for a value of the wrong form."""
        line = f"{name}: {self._values[name][0]}"
        return ParseError(
            self._section,
            tr("the value of {name} is not understood").format(name=name),
            self._line_no[name],
            line,
        )

    def number(self, name: str, low: int = _INT_MIN, high: int = _INT_MAX) -> int | None:
        """An integer within low..high. Raises ParseError where the value is something else."""
        text = self.text(name)
        if text is None:
            return None
        value = integer(text, low, high)
        if value is None:
            raise self.bad(name)
        return value

    def size(self, name: str) -> int | None:
        """An unsigned 64-bit number."""
        return self.number(name, 0, 2**64 - 1)

    def switch(self, name: str) -> bool | None:
        """Any value but 0 is on, as the kernel tests it."""
        value = self.number(name)
        return None if value is None else value != 0

    def word(self, name: str) -> str | None:
        """A cleaned text; an empty one tells nothing."""
        text = self.text(name)
        return clean(text) if text else None


def parse_carp(text: str) -> CarpSysctls:
    """`net.inet.carp` and `net.pfsync`; an oid that the node does not have is None.

    Raises ParseError for a value that is no number, a name that comes twice, or text of another form.
    """
    oids = _Oids("sysctl-carp", text)
    return CarpSysctls(
        allow=oids.switch("net.inet.carp.allow"),
        preempt=oids.switch("net.inet.carp.preempt"),
        demotion=oids.number("net.inet.carp.demotion"),
        log=oids.number("net.inet.carp.log"),
        ifdown_demotion_factor=oids.number("net.inet.carp.ifdown_demotion_factor"),
        senderr_demotion_factor=oids.number("net.inet.carp.senderr_demotion_factor"),
        pfsync_demotion_factor=oids.number("net.pfsync.carp_demotion_factor"),
    )


def parse_system(text: str) -> SystemStats:
    """Boot time (epoch s), load, CPU ticks and memory pages; an oid that the node does not have is None.

    Load averages may come with a decimal comma, since sysctl(8) follows LC_NUMERIC.
    Raises ParseError as `parse_carp`.
    """
    oids = _Oids("sysctl-system", text)
    return SystemStats(
        boottime=_boottime(oids),
        loadavg=_loadavg(oids),
        ncpu=oids.number("hw.ncpu", 1),
        cp_time=_cp_time(oids),
        physmem=oids.size("hw.physmem"),
        page_count=oids.size("vm.stats.vm.v_page_count"),
        free_count=oids.size("vm.stats.vm.v_free_count"),
        inactive_count=oids.size("vm.stats.vm.v_inactive_count"),
        laundry_count=oids.size("vm.stats.vm.v_laundry_count"),
    )


def parse_identity(text: str) -> Identity:
    """`kern.ostype kern.osrelease kern.hostname`; `version` is left None, it comes from /etc/version.

    Raises ParseError as `parse_carp`.
    """
    oids = _Oids("sysctl-identity", text)
    return Identity(
        hostname=oids.word("kern.hostname"),
        os=oids.word("kern.ostype"),
        os_release=oids.word("kern.osrelease"),
    )


def _boottime(oids: _Oids) -> int | None:
    text = oids.text("kern.boottime")
    if text is None:
        return None
    match = _BOOTTIME.fullmatch(text)
    if match is None:
        raise oids.bad("kern.boottime")
    return int(match[1])


def _loadavg(oids: _Oids) -> tuple[float, float, float] | None:
    text = oids.text("vm.loadavg")
    if text is None:
        return None
    match = _LOADAVG.fullmatch(text)
    if match is None:
        raise oids.bad("vm.loadavg")
    one, five, fifteen = (float(part.replace(",", ".")) for part in match.groups())
    return (one, five, fifteen)


def _cp_time(oids: _Oids) -> tuple[int, int, int, int, int] | None:
    text = oids.text("kern.cp_time")
    if text is None:
        return None
    ticks = [integer(word) for word in text.split(" ", 5)]
    known = [tick for tick in ticks if tick is not None]
    if len(ticks) != 5 or len(known) != 5:
        raise oids.bad("kern.cp_time")
    return (known[0], known[1], known[2], known[3], known[4])
