import { UserError } from '../../errors';
import type { Tensor } from '../../graph/tensor';
import type { Operation, Operations } from '../operation';
import { converted } from '../conversion';
import { allocate } from '../tensors';

/** Cast: see `converted`; `Truncate` chops to bfloat16 instead of rounding. */
const cast: Operation = (context) => {
  const given = context.input(0);
  const target = context.type('DstT', given.dtype);
  if (given.dtype === target) return [given];
  if (given.dtype === 'string' || target === 'string') throw new UserError('Strings cannot be cast');
  const chops = context.bool('Truncate', false) && target === 'bfloat16';
  return [chops ? chopped(converted(given, 'float32')) : converted(given, target)];
};

function chopped(x: Tensor): Tensor {
  const words = new Uint32Array((x.data as Float32Array).slice().buffer);
  return { dtype: 'bfloat16', shape: x.shape, data: Uint16Array.from(words, (word) => word >>> 16) };
}

/** The same bytes under another type; the last axis takes up the difference in size. */
const bitcast: Operation = (context) => {
  const x = context.input(0);
  const target = context.type('type', x.dtype);
  const bytes = x.data as Uint8Array;
  const data = allocate(target, 0) as Uint8Array;
  const [from, to] = [bytes.BYTES_PER_ELEMENT, data.BYTES_PER_ELEMENT];
  const Storage = data.constructor as new (buffer: ArrayBufferLike) => Uint8Array;
  const shape = from === to ? x.shape : from > to ? [...x.shape, from / to] : x.shape.slice(0, -1);
  return [{ dtype: target, shape, data: new Storage(bytes.slice().buffer) }];
};

export const casting: Operations = { Cast: cast, Bitcast: bitcast };
