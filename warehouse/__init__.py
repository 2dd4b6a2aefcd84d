"""Store and query: the schema, the versioned load, force, events and the published database. No network, no reading of pages."""
