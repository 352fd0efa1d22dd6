"""Tests of fetching, decoding, splitting and normalising, on real files and a real web server."""
