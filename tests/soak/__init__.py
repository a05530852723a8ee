"""The console for an hour against a pair that never rests: does anything grow?"""
