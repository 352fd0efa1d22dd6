"""From a document to trials: overrides, defaults, variants or factors, seeds; and the identity of each trial."""
