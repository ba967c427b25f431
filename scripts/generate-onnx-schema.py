"""Writes src/engine/formats/onnx/schema.json: the messages of an installed onnx package as protobufjs JSON.

Usage: python scripts/generate-onnx-schema.py [OUTPUT]

Takes ModelProto and every message and enum it reaches. Field names become camelCase, as protobufjs spells them.
"""
import os
import sys

from onnx import onnx_ml_pb2

from lib.protobuf_schema import write_schema

here = os.path.dirname(os.path.abspath(__file__))
default = os.path.join(here, '..', 'src', 'engine', 'formats', 'onnx', 'schema.json')
write_schema([onnx_ml_pb2.ModelProto.DESCRIPTOR], sys.argv[1] if len(sys.argv) > 1 else default)
