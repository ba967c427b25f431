import { UserError } from '../../../errors';
import { elementCount } from '../../../graph/tensor';
import { calleeName, isCompound, itemsOf, type PickleObject, type PickleValue } from './pickleValues';
import { isCount, type StorageRecord, storageReference } from './storages';
import type { TorchSave } from './torchSave';
import { bytesPerTorchElement, type TorchType, typeOfDtype } from './torchTypes';

/** A tensor in a pickle. */
export interface TensorRecord {
  readonly dtype: TorchType;
  readonly shape: readonly number[];
  /** In elements; undefined where the tensor is no view of one storage. */
  readonly strides: readonly number[] | undefined;
  /** Elements of the storage before the first one. */
  readonly offset: number;
  readonly isParameter: boolean;
  readonly requiresGrad: boolean;
  /** Bytes of its elements: more than the file has where a stride is 0. */
  readonly bytes: number;
  /** Undefined where the tensor is no view of one storage. */
  readonly storage: StorageRecord | undefined;
  /** What it is instead of a dense tensor: `sparse`, `meta` or the class of a wrapper around other tensors. */
  readonly form: string | undefined;
}

type Fields = Pick<TensorRecord, 'dtype' | 'shape' | 'requiresGrad'> & Partial<TensorRecord>;
type Rebuild = (args: readonly PickleValue[], storages: TorchSave['storages']) => Fields | undefined;

/** The functions a pickled tensor is made by, with their arguments in order (torch/_utils.py, torch/_tensor.py). */
const REBUILD: Readonly<Record<string, Rebuild>> = {
  'torch._utils._rebuild_tensor': (args, storages) => view(args, storages),
  'torch._utils._rebuild_tensor_v2': (args, storages) => view(args, storages, args[4]),
  'torch._utils._rebuild_tensor_v3': (args, storages) => view(args, storages, args[4], args[6]),
  'torch._utils._rebuild_qtensor': (args, storages) => view(args, storages, args[5]),
  'torch._utils._rebuild_meta_tensor_no_storage': ([dtype, shape, , requiresGrad]) => withoutStorage('meta', dtype, shape, requiresGrad),
  'torch._utils._rebuild_wrapper_subclass': ([type, dtype, shape, , , , , requiresGrad]) => withoutStorage(globalName(type) ?? 'wrapper', dtype, shape, requiresGrad),
  'torch._utils._rebuild_sparse_tensor': ([layout, data], storages) => sparse(layout, itemsOf(data) ?? [], storages),
};

/** Calls that only dress a tensor: their names, and the call within their arguments. */
const DRESSING: Readonly<Record<string, (args: readonly PickleValue[]) => PickleValue | undefined>> = {
  'torch._utils._rebuild_parameter': ([data]) => data,
  'torch._utils._rebuild_parameter_with_state': ([data]) => data,
  'torch._tensor._rebuild_from_type_v2': ([callee, , args]) => madeBy(callee, args),
};
/** A parameter of a class with attributes is dressed twice. */
const MOST_DRESSINGS = 4;

/**
 * The tensor a value is, without its weights; undefined where it is none. `name` is for messages. Throws UserError for a
 * tensor that is larger than its storage, or whose storage the file does not have.
 */
export function tensorRecord(value: PickleValue, name: string, { storages }: Pick<TorchSave, 'storages'>): TensorRecord | undefined {
  let plain: PickleValue | undefined = value;
  let isParameter = false;
  let requiresGrad: boolean | undefined;
  for (let layer = 0; layer < MOST_DRESSINGS; layer++) {
    const callee = calleeName(plain);
    const undress = callee !== undefined && Object.hasOwn(DRESSING, callee) ? DRESSING[callee] : undefined;
    if (undress === undefined) break;
    const { args } = plain as PickleObject;
    if (callee!.includes('_rebuild_parameter')) [isParameter, requiresGrad] = [true, args[1] === true];
    plain = undress(args);
  }
  const callee = calleeName(plain);
  if (callee === undefined || !Object.hasOwn(REBUILD, callee)) return undefined;
  const fields = REBUILD[callee]!((plain as PickleObject).args, storages);
  if (fields === undefined) throw new UserError(`tensor "${name}" is described in a way that cannot be read`, { hint: 'Save the model again' });
  const bytes = elementCount(fields.shape) * bytesPerTorchElement(fields.dtype)!;
  const record = { strides: undefined, offset: 0, isParameter, bytes, storage: undefined, form: undefined, ...fields };
  const whole = { ...record, requiresGrad: requiresGrad ?? fields.requiresGrad };
  checkWithin(whole, name);
  return whole;
}

function view([reference, offset, size, stride]: readonly PickleValue[], storages: TorchSave['storages'], requiresGrad?: PickleValue, dtype?: PickleValue): Fields | undefined {
  const storage = isCompound(reference) && reference.kind === 'reference' ? storageReference(reference) : undefined;
  const [shape, strides] = [counts(size), counts(stride)];
  if (storage === undefined || shape === undefined || strides?.length !== shape.length || !isCount(offset)) return undefined;
  const type = dtype === undefined ? storage.type : typeOfDtype(globalName(dtype) ?? '');
  return type && {
    dtype: type, shape, strides, offset: storage.skipped + offset, requiresGrad: requiresGrad === true,
    storage: storages.get(storage.key) ?? { key: storage.key, size: 0, start: 0, end: 0, isDeflated: false },
  };
}

function withoutStorage(form: string, dtype: PickleValue | undefined, size: PickleValue | undefined, requiresGrad: PickleValue | undefined): Fields | undefined {
  const [type, shape] = [typeOfDtype(globalName(dtype) ?? ''), counts(size)];
  return type && shape && { form, dtype: type, shape, requiresGrad: requiresGrad === true };
}

/** `data`: indices, values and size, where the layout is coordinates; otherwise there are two lists of indices. */
function sparse(layout: PickleValue | undefined, data: readonly PickleValue[], storages: TorchSave['storages']): Fields | undefined {
  const isCoordinates = calleeName(layout) === 'torch.serialization._get_layout' && (layout as PickleObject).args[0] === 'torch.sparse_coo';
  const [values, size] = data.slice(isCoordinates ? 1 : 2);
  const callee = calleeName(values);
  const shape = counts(size);
  if (shape === undefined || callee === undefined || !callee.startsWith('torch._utils._rebuild_tensor')) return undefined;
  const stored = REBUILD[callee]?.((values as PickleObject).args, storages);
  return stored && { form: 'sparse', dtype: stored.dtype, shape, requiresGrad: false };
}

function checkWithin({ strides, shape, offset, storage, dtype }: TensorRecord, name: string): void {
  if (storage === undefined || strides === undefined || shape.includes(0)) return;
  let last = offset;
  for (const [axis, size] of shape.entries()) last += (size - 1) * strides[axis]!;
  if ((last + 1) * bytesPerTorchElement(dtype)! <= storage.size) return;
  const what = storage.size === 0 ? `needs storage "${storage.key}", which the file does not have` : `is larger than its storage "${storage.key}" of ${storage.size} bytes`;
  throw new UserError(`tensor "${name}" ${what}`, { hint: 'The file is damaged: download or save it again' });
}

function madeBy(callee: PickleValue | undefined, args: PickleValue | undefined): PickleObject | undefined {
  const items = itemsOf(args);
  return callee === undefined || items === undefined ? undefined : { kind: 'object', callee, args: items, items: [], entries: [] };
}

function globalName(value: PickleValue | undefined): string | undefined {
  return isCompound(value) && value.kind === 'global' ? value.name : undefined;
}

function counts(value: PickleValue | undefined): number[] | undefined {
  const items = itemsOf(value);
  return items?.every(isCount) ? (items as number[]) : undefined;
}
