"""The charts of what a trained model does on its test part: its mistakes, how sure it is, what it is off by."""
