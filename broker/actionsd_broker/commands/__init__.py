"""The subcommands of `actionsd`, one module each: arguments in, exit status out."""
