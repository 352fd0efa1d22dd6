"""What the store promises, on every S3 server at hand: run with `make test-servers`."""
