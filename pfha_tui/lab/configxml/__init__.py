"""config.xml of both nodes: a pure model of what pfSense writes, keeps and synchronises.

Nothing here reads a clock or a file. `pair.pair_histories` makes a healthy pair; `operations` and `sync` return new
histories and the log lines that the caller plays; `history.History` answers for the files under /cf/conf.
"""
