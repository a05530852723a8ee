"""The pictures of the README, taken from the real program on the lab."""
