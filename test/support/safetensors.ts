import type { DataType } from '../../src/engine/graph/dataType';
import type { Tensor, TensorData } from '../../src/engine/graph/tensor';

type Storage = new (buffer: ArrayBufferLike) => TensorData;
const TYPES: Readonly<Record<string, readonly [DataType, Storage]>> = {
  F32: ['float32', Float32Array], F64: ['float64', Float64Array], F16: ['float16', Uint16Array], BF16: ['bfloat16', Uint16Array],
  I8: ['int8', Int8Array], I16: ['int16', Int16Array], I32: ['int32', Int32Array], I64: ['int64', BigInt64Array],
  U8: ['uint8', Uint8Array], U16: ['uint16', Uint16Array], U32: ['uint32', Uint32Array], U64: ['uint64', BigUint64Array], BOOL: ['bool', Uint8Array],
};

/** The tensors of a .safetensors file, by name. */
export function readSafetensors(bytes: Uint8Array): Map<string, Tensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))) as Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [dtype, Storage] = TYPES[entry.dtype]!;
    const content = Uint8Array.prototype.slice.call(bytes, start + entry.data_offsets[0], start + entry.data_offsets[1]);
    tensors.set(name, { dtype, shape: entry.shape, data: new Storage(new Uint8Array(content).buffer) });
  }
  return tensors;
}
