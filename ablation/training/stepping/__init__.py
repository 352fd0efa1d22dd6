"""How a model takes its training steps: many to a call where the backend can, through Keras' own loop elsewhere."""
