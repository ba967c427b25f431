import { bytesPerElement, type DataType } from '../../../graph/dataType';

/** Element types of tensors in PyTorch files, those that no graph holds among them. */
export type TorchType = DataType | 'complex32' | 'float8_e8m0fnu' | 'quint4x2' | 'quint2x4' | 'bits8' | 'bits16';

/** By the class of a storage (torch/storage.py, torch/csrc/Storage.cpp). */
const OF_STORAGE: Readonly<Record<string, TorchType>> = {
  FloatStorage: 'float32', DoubleStorage: 'float64', HalfStorage: 'float16', BFloat16Storage: 'bfloat16',
  LongStorage: 'int64', IntStorage: 'int32', ShortStorage: 'int16', CharStorage: 'int8', ByteStorage: 'uint8', BoolStorage: 'bool',
  ComplexFloatStorage: 'complex64', ComplexDoubleStorage: 'complex128',
  QInt8Storage: 'qint8', QUInt8Storage: 'quint8', QInt32Storage: 'qint32', QUInt4x2Storage: 'quint4x2', QUInt2x4Storage: 'quint2x4',
  // Bytes of any type: the tensor states its own.
  UntypedStorage: 'uint8',
};

/** By the name of a torch.dtype: those that differ from ours. */
const OF_DTYPE: Readonly<Record<string, TorchType>> = {
  float: 'float32', double: 'float64', half: 'float16', long: 'int64', int: 'int32', short: 'int16', chalf: 'complex32', cfloat: 'complex64', cdouble: 'complex128',
  float4_e2m1fn_x2: 'float4_e2m1fn',
};

const BYTES: Readonly<Record<string, number>> = { complex32: 4, float8_e8m0fnu: 1, quint4x2: 1, quint2x4: 1, bits8: 1, bits16: 2, float4_e2m1fn: 1 };

/** The type of a storage's elements by its qualified class (`torch.cuda.FloatStorage`); undefined for what is no storage. */
export function typeOfStorage(qualified: string): TorchType | undefined {
  const name = qualified.slice(qualified.lastIndexOf('.') + 1);
  return qualified.startsWith('torch.') && Object.hasOwn(OF_STORAGE, name) ? OF_STORAGE[name] : undefined;
}

/** The type a torch.dtype names (`torch.float8_e4m3fn`); undefined for an unknown one. */
export function typeOfDtype(qualified: string): TorchType | undefined {
  if (!qualified.startsWith('torch.')) return undefined;
  const name = qualified.slice('torch.'.length);
  const type = Object.hasOwn(OF_DTYPE, name) ? OF_DTYPE[name]! : (name as TorchType);
  return bytesPerTorchElement(type) === undefined ? undefined : type;
}

/** Bytes of one element; those of half-byte types are stored in pairs, which count as one. */
export function bytesPerTorchElement(type: TorchType): number | undefined {
  return Object.hasOwn(BYTES, type) ? BYTES[type] : bytesPerElement(type as DataType);
}
