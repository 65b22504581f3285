"""Commands: one file per group, imports inside the commands so that help is instant."""
