"""Precompressed variants: who makes them, and when.

encoders.py   the compressors, and when a variant is worth it
ahead.py      what is final is compressed while other assets are still being made
"""
