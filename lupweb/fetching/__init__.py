"""Web servers that administrators name: asked for files, and for nothing else."""
