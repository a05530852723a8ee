"""Comparing the configurations of both nodes as an operator means it.

`engine.compare` answers what would behave differently after a failover; its rules are data in `rules`, what may be
shown is data in `visible`. Nothing here waits or does I/O but `remote`, `live` and `apart`.
"""
