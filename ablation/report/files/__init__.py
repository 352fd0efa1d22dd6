"""The files beside the page: tables, the model card, TensorBoard's events."""
