"""One archetype per kind of listing. A spider declares (its YAML), an archetype does."""
