"""Tests of the models that specs describe."""
