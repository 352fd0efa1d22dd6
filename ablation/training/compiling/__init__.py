"""What a model is trained with: optimiser, schedule of its rate, loss, metrics."""
