"""The charts of a study, of a trial and of a range test; each module is one kind of chart."""
