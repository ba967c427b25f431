import { isCompound, itemsOf, type PickleReference } from './pickleValues';
import { type TorchType, typeOfStorage } from './torchTypes';

/** What a pickle says of a storage that it keeps elsewhere (torch/serialization.py, `persistent_id`). */
export interface StorageReference {
  readonly key: string;
  readonly type: TorchType;
  /** Where it was, as in `cuda:0`. */
  readonly device: string;
  /** Of its type. */
  readonly elements: number;
  /** Elements before the part that is meant: files of before torch 0.4 only. */
  readonly skipped: number;
}

/** Where the bytes of a storage are. */
export interface StorageRecord {
  readonly key: string;
  /** Bytes once unpacked. */
  readonly size: number;
  /** Its bytes in the file, or packed bytes where they are deflated. */
  readonly start: number;
  readonly end: number;
  readonly isDeflated: boolean;
}

/** The storage a reference means; undefined where it means something else. */
export function storageReference({ id }: PickleReference): StorageReference | undefined {
  const [what, type, key, device, elements, view] = itemsOf(id) ?? [];
  // Keys are numbers in torch.package.
  const isKey = typeof key === 'string' || isCount(key);
  if (what !== 'storage' || !isCompound(type) || type.kind !== 'global' || !isKey || !isCount(elements)) return undefined;
  const elementType = typeOfStorage(type.name);
  const skipped = itemsOf(view)?.[1];
  return elementType && { key: String(key), type: elementType, device: typeof device === 'string' ? device : 'cpu', elements, skipped: isCount(skipped) ? skipped : 0 };
}

/** Whether the value is a number of things. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
