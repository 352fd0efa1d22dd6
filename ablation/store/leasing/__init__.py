"""Who works on what now: leases with heartbeats, runs under way, and what dead owners left."""
