"""What a framework says of a model, without the files and lines of Python around it."""


class NodeError(Exception):
    """A node of the model could not be computed."""

    def __init__(self, node, error):
        super().__init__(f"{type(error).__name__}: {error}")
        self.node = node
