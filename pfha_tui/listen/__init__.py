"""Listening to a segment: who advertises which VHID there. It sends nothing, ever."""
