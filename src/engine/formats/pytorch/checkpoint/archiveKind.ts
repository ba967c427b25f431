import type { ZipEntry } from '../../../data/zip';
import { KINDS, type Kind } from './kinds';

/** What a zip archive is, by the names of its records below the folder of the archive, most telling first. */
const BY_RECORD: readonly (readonly [record: RegExp, kind: Kind])[] = [
  [/^models\/[^/]+\.json$/, KINDS.exported],
  [/^serialized_exported_program\.json$/, KINDS.exported],
  [/^data\/aotinductor\//, KINDS.aotInductor],
  [/^data\/executorch\//, KINDS.executorch],
  [/^bytecode\.pkl$/, KINDS.mobile],
  [/^constants\.pkl$/, KINDS.torchScript],
  [/^model\.json$/, KINDS.torchScript],
  [/^\.data\/extern_modules$/, KINDS.package],
  [/^data\.pkl$/, KINDS.weights],
];

/** The kind of a PyTorch archive, or undefined where it is none. */
export function archiveKind(entries: readonly ZipEntry[]): Kind | undefined {
  const names = entries.flatMap(({ name }) => [name, name.slice(name.indexOf('/') + 1)]);
  return BY_RECORD.find(([record]) => names.some((name) => record.test(name)))?.[1];
}

/** The entry of a record below the folder of the archive, which AOTInductor's packages do without. */
export function recordNamed(entries: readonly ZipEntry[], record: string): ZipEntry | undefined {
  return entries.find(({ name }) => name === record || name.slice(name.indexOf('/') + 1) === record);
}
