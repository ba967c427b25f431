"""Runs models of TensorFlow and PyTorch for Mixed Precision; nothing but the standard library and the framework is needed."""
