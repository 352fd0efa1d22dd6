"""Real S3 servers of other makers, each a process on this machine, for the tests marked `servers`."""
