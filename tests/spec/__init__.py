"""Tests of the experiment language."""
