"""What a model is trained on, batch by batch: samples, sparse rows, or features of frozen layers."""
