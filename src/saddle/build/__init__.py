"""From names to objects: sources, games, plans and sessions are put together here alone."""
