"""Everything that befalls a firewall here, in the order of the README's table.

`make dying` runs all of it and prints that table; the tests run it once.
"""

from tests.dying.case import Case
from tests.dying.cases_access import ACCESS
from tests.dying.cases_machine import MACHINE

CASES: list[Case] = [*MACHINE, *ACCESS]
