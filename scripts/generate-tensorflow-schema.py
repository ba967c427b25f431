"""Writes src/engine/formats/tensorflow/schema.json: the GraphDef messages of an installed TensorFlow as protobufjs JSON.

Usage: python scripts/generate-tensorflow-schema.py [OUTPUT]

Takes GraphDef and every message and enum it reaches from TensorFlow's own descriptors, all of package `tensorflow`. Field
names become camelCase, as protobufjs spells them, and the script refuses names that the text format could not turn back.
"""
import os
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')

from tensorflow.core.framework import graph_pb2  # noqa: E402

from lib.protobuf_schema import write_schema  # noqa: E402

here = os.path.dirname(os.path.abspath(__file__))
default = os.path.join(here, '..', 'src', 'engine', 'formats', 'tensorflow', 'schema.json')
write_schema([graph_pb2.GraphDef.DESCRIPTOR], sys.argv[1] if len(sys.argv) > 1 else default)
