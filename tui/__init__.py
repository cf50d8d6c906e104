"""What a person sees: the command line and the screens, each a picture of a journal."""
