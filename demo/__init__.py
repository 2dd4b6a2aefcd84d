"""A small government portal on loopback with dated editions, for `make run` and tests. Nothing real stands in it."""
