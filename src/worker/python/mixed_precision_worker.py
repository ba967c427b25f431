"""Runs models in the framework they were made with. Mixed Precision starts it and talks to it on stdin and stdout."""
import sys

# The folder belongs to the product, which leaves nothing in it.
sys.dont_write_bytecode = True
from mixed_precision_runtime.server import serve  # noqa: E402

sys.dont_write_bytecode = False

if __name__ == "__main__":
    serve()
