"""The files beside the page, and the sentences that both share: tables, the model card, TensorBoard's events."""
