"""One module for each measure: `measure(setting)` gives rows of the table."""
