"""Writes src/engine/formats/tensorflow/schema.json: GraphDef, SavedModel and tensor bundles of an installed TensorFlow as protobufjs JSON.

Usage: python scripts/generate-tensorflow-schema.py [OUTPUT]

Takes these messages and every message and enum they reach from TensorFlow's own descriptors, all of package `tensorflow` but
google.protobuf.Any. Field names become camelCase, as protobufjs spells them.
"""
import os
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')

from tensorflow.core.framework import graph_pb2  # noqa: E402
from tensorflow.core.protobuf import saved_model_pb2, tensor_bundle_pb2  # noqa: E402

from lib.protobuf_schema import write_schema  # noqa: E402

ROOTS = [
    graph_pb2.GraphDef.DESCRIPTOR, saved_model_pb2.SavedModel.DESCRIPTOR,
    tensor_bundle_pb2.BundleHeaderProto.DESCRIPTOR, tensor_bundle_pb2.BundleEntryProto.DESCRIPTOR,
]

here = os.path.dirname(os.path.abspath(__file__))
default = os.path.join(here, '..', 'src', 'engine', 'formats', 'tensorflow', 'schema.json')
write_schema(ROOTS, sys.argv[1] if len(sys.argv) > 1 else default)
