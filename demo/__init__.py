"""A small government portal on loopback with dated editions, used by `make run` and by tests. Nothing real stands in it."""
