import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../src/engine/graph/tensor';
import { BrokenFrameError, encodeFrame, type Frame, frameReader } from '../../src/worker/pythonFrames';

const TENSORS: readonly Tensor[] = [
  { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, -2, NaN, Infinity) },
  { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
  { dtype: 'int64', shape: [], data: BigInt64Array.of(-(2n ** 53n) - 1n) },
  { dtype: 'bfloat16', shape: [1], data: Uint16Array.of(0x3f80) },
  { dtype: 'float64', shape: [0, 4], data: new Float64Array() },
  { dtype: 'complex64', shape: [1], data: Float32Array.of(1, 2) },
  { dtype: 'string', shape: [2], data: [Uint8Array.of(104, 105), new Uint8Array()] },
];

/** A frame whose header and lengths are as given, whatever the payload is. */
function frame(header: unknown, payload = Buffer.alloc(0), lengths: { header?: number; payload?: number } = {}): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const head = Buffer.alloc(16);
  head.write('MPF1');
  head.writeUInt32LE(lengths.header ?? text.length, 4);
  head.writeBigUInt64LE(BigInt(lengths.payload ?? payload.length), 8);
  return Buffer.concat([head, text, payload]);
}

function read(bytes: Uint8Array, chunk: number = bytes.length): Frame[] {
  const frames: Frame[] = [];
  const receive = frameReader((one) => frames.push(one));
  for (let start = 0; start < bytes.length; start += chunk) receive(bytes.subarray(start, start + chunk));
  return frames;
}

describe('frames', () => {
  it.each([1, 3, 17, 1000])('carry headers and tensors through a stream in chunks of %d bytes', (chunk) => {
    const bytes = Buffer.concat([...encodeFrame({ op: 'run', key: 'ä' }, TENSORS), ...encodeFrame({ op: 'unload' }, [])]);
    expect(read(bytes, chunk)).toEqual([{ header: { op: 'run', key: 'ä' }, tensors: TENSORS }, { header: { op: 'unload' }, tensors: [] }]);
  });

  it('carry extremes under the shape of the whole', () => {
    const header = { tensors: [{ dtype: 'float32', shape: [4, 4], bytes: 8, elements: 2 }] };
    expect(read(frame(header, Buffer.alloc(8)))[0]!.tensors).toEqual([{ dtype: 'float32', shape: [4, 4], data: new Float32Array(2) }]);
  });

  it.each([
    ['text', Buffer.from('Python 2.7\n'), 'it wrote "Python 2.7…" in place of an answer'],
    ['text behind a frame', Buffer.concat([frame({}), Buffer.from('warning')]), 'it wrote "warning…"'],
    ['a header of 4 GiB', frame({}, undefined, { header: 2 ** 32 - 1 }), 'it announced'],
    ['a payload of 2^60 bytes', frame({}, undefined, { payload: 2 ** 60 }), 'it announced'],
    ['a header that is no JSON', frame('{'), 'not JSON'],
    ['a header that is no object', frame('[]'), 'no object'],
    ['a number in place of tensors', frame({ tensors: 3 }), 'no list'],
    ['nothing in place of a tensor', frame({ tensors: [null] }), 'type undefined'],
    ['a tensor of no type there is', frame({ tensors: [{ dtype: 'toString', shape: [], bytes: 0 }] }), 'type toString'],
    ['a tensor of negative shape', frame({ tensors: [{ dtype: 'int8', shape: [-1], bytes: 0 }] }), 'without shape or size'],
    ['a tensor longer than the payload', frame({ tensors: [{ dtype: 'int8', shape: [9], bytes: 9 }] }, Buffer.alloc(8)), 'longer than its payload'],
    ['a payload without a tensor', frame({ tensors: [] }, Buffer.alloc(8)), 'longer than its tensors'],
    ['a shape larger than the bytes', frame({ tensors: [{ dtype: 'float32', shape: [2 ** 40], bytes: 8 }] }, Buffer.alloc(8)), 'not those of float32'],
    ['strings shorter than the bytes', frame({ tensors: [{ dtype: 'string', shape: [1], bytes: 8, lengths: [7] }] }, Buffer.alloc(8)), 'not those of string'],
    ['strings without lengths', frame({ tensors: [{ dtype: 'string', shape: [], bytes: 0 }] }), 'without shape or size'],
  ])('are refused for %s', (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(BrokenFrameError);
    expect(() => read(bytes)).toThrow(message);
  });

  it('take no memory for what is only announced', () => {
    const before = process.memoryUsage().arrayBuffers;
    const receive = frameReader(() => {});
    receive(frame({}, Buffer.alloc(10), { payload: 2 ** 32 }));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });
});
