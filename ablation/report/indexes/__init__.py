"""The pages over runs and studies."""
