"""Store and query: the schema, the versioned load, force, events, publishing. No network, no page reading."""
