"""Frames: magic, length of the header (u32), length of the payload (u64), a header in JSON, and the bytes of its tensors.

Numbers are little-endian. The header's `tensors` say how the payload divides: [{dtype, shape, bytes}], in order; strings
also have the `lengths` of the elements. `pythonFrames.ts` is the other end.
"""
import json
import struct

MAGIC = b"MPF1"
HEAD = struct.Struct("<4sIQ")


def read_frame(stream):
    """The header and the payload of the next frame as (dict, bytearray), or None where the stream has ended."""
    head = _read(stream, HEAD.size)
    if head is None:
        return None
    magic, header_length, payload_length = HEAD.unpack(head)
    if magic != MAGIC:
        raise ValueError("the request is no frame")
    header, payload = _read(stream, header_length), _read(stream, payload_length)
    if header is None or payload is None:
        return None
    return json.loads(header.decode("utf-8")), payload


def write_frame(stream, header, tensors=()):
    """`tensors`: (description, bytes) pairs; a description is {dtype, shape, lengths?}."""
    described = [dict(description, bytes=len(data)) for description, data in tensors]
    encoded = json.dumps(dict(header, tensors=described)).encode("utf-8")
    stream.write(HEAD.pack(MAGIC, len(encoded), sum(len(data) for _, data in tensors)))
    stream.write(encoded)
    for _, data in tensors:
        stream.write(data)
    stream.flush()


def divide(described, payload):
    """The bytes of each tensor of a frame, without copying."""
    view, start, parts = memoryview(payload), 0, []
    for tensor in described:
        parts.append(view[start:start + tensor["bytes"]])
        start += tensor["bytes"]
    return parts


def _read(stream, length):
    data = bytearray(length)
    view, done = memoryview(data), 0
    while done < length:
        count = stream.readinto(view[done:])
        if not count:
            return None
        done += count
    return data
