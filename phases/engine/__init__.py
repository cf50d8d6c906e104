"""What plans a run, carries it out and writes down everything that happens."""
