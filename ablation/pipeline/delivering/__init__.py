"""From the disk to the store: finished trials, checkpoints, and the outbox where both wait."""
