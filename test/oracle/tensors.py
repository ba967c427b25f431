"""Arrays in files: .npz as NumPy writes them, and safetensors (8-byte header length, JSON header, raw bytes)."""
import json
import struct

import ml_dtypes
import numpy as np

SAFETENSORS_DTYPES = {
    'F64': np.float64, 'F32': np.float32, 'F16': np.float16, 'BF16': ml_dtypes.bfloat16,
    'I64': np.int64, 'I32': np.int32, 'I16': np.int16, 'I8': np.int8,
    'U64': np.uint64, 'U32': np.uint32, 'U16': np.uint16, 'U8': np.uint8, 'BOOL': np.bool_,
}


def load_arrays(path):
    """All arrays of an .npz or .safetensors file, by name."""
    if path.endswith('.npz'):
        with np.load(path) as archive:
            return {name: archive[name] for name in archive.files}
    with open(path, 'rb') as file:
        (length,) = struct.unpack('<Q', file.read(8))
        header = json.loads(file.read(length))
        payload = file.read()
    return {name: read_entry(entry, payload) for name, entry in header.items() if name != '__metadata__'}


def read_entry(entry, payload):
    start, end = entry['data_offsets']
    dtype = np.dtype(SAFETENSORS_DTYPES[entry['dtype']])
    return np.frombuffer(payload[start:end], dtype).reshape(entry['shape'])


def round_to_bf16(array):
    """float32 values rounded to the nearest bfloat16 (ties to even), still float32; other types unchanged."""
    if array.dtype != np.float32:
        return array
    with np.errstate(over='ignore'):
        return array.astype(ml_dtypes.bfloat16).astype(np.float32)
