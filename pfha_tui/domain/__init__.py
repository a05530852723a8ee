"""Facts about a pair of firewalls and judgements on them: pure, no I/O, no clock reads."""
