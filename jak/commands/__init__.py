"""One module a family of subcommands; each has `register(app)`."""
