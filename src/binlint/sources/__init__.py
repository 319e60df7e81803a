"""Where bytes come from: which files belong to a run, how they are read, and how they become text."""
