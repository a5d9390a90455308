"""Runs of notebooks, one or hundreds: planned, warm, resumable, published whole, here or on a cluster."""
