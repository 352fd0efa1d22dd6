"""Tests of the store, against a real S3 server: the embedded one."""
