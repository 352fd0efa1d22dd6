"""Tests of the catalogue of datasets."""
