"""What the store holds: blobs by digest, datasets, trials by fingerprint, checkpoints, runs by manifest."""
