"""What has to be done after a SIGSTOP of somebody else: the shell has had the terminal meanwhile."""

import signal
from collections.abc import Callable
from types import FrameType
from typing import cast

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver


def when_continued(driver: Driver | None, repaint: Callable[[], object]) -> None:
    """From now on take the terminal anew with every SIGCONT, and ask for `repaint`, which must be safe to call
    from a signal's handler; nothing with a driver that has no terminal.

    Textual takes the terminal with every SIGCONT, but gives it up only with SIGTSTP: without that it would have
    two threads that read and write it, of which one never ends, and would leave the terminal raw.
    """
    own = signal.getsignal(signal.SIGCONT)
    if not isinstance(driver, LinuxDriver) or getattr(own, "__self__", None) is not driver:
        return
    # A closure does not keep what is known of the parameter's type.
    linux = cast(LinuxDriver, driver)

    def continued(number: int, frame: FrameType | None) -> None:
        if not linux._must_signal_resume:
            linux.suspend_application_mode()
        linux._sigcont_application(number, frame)
        repaint()

    signal.signal(signal.SIGCONT, continued)
