import { type Json, type JsonObject, writeJson } from '../../data/losslessJson';
import { readEntry, zipEntries } from '../../data/zip';
import { UserError } from '../../errors';
import type { DataType } from '../../graph/dataType';
import type { ByteSource } from '../../host';
import type { Archive } from './archive';
import { isCompound, type PickleEntry, type PickleValue } from './checkpoint/pickleValues';
import { tensorRecord } from './checkpoint/tensors';
import { readSavedZip, savedRecord } from './checkpoint/torchSave';
import { recordName } from './constants';
import type { TableName } from './source';
import { denseMeta } from './tensorMeta';

const PREFIXES: Readonly<Record<TableName, string>> = { weights: 'weight_', constants: 'tensor_' };
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** Records of torch 2.6 and 2.7 (torch/_export/serde/serialize.py, `save`), which stand in no folder. */
const FLAT = {
  program: 'serialized_exported_program.json', weights: 'serialized_state_dict.pt', constants: 'serialized_constants.pt', inputs: 'serialized_example_inputs.pt',
};

/**
 * The archive in the layout of torch 2.9: weights as raw storages with a table of names. Torch 2.8 pickled them, as torch
 * 2.6 and 2.7 did outside any folder. An archive of another kind is given back. Throws UserError for damaged content.
 */
export async function inPresentLayout(archive: Archive): Promise<Archive> {
  const { records } = archive;
  const program = records.get(FLAT.program);
  if (program !== undefined) {
    const saved = { weights: records.get(FLAT.weights), constants: records.get(FLAT.constants) };
    return { root: 'archive', wasEarlier: true, records: new Map([...await tables('model', saved), ...others('model', program, records.get(FLAT.inputs))]) };
  }
  const model = [...records.keys()].flatMap((name) => /^data\/weights\/([^/]+)\.pt$/.exec(name)?.[1] ?? []).find((name) => records.has(`models/${name}.json`));
  if (model === undefined) return archive;
  const saved = { weights: records.get(`data/weights/${model}.pt`), constants: records.get(`data/constants/${model}.pt`) };
  const kept = [...records].filter(([name]) => name !== `data/weights/${model}.pt` && name !== `data/constants/${model}.pt`);
  return { ...archive, wasEarlier: true, records: new Map([...await tables(model, saved), ...kept]) };
}

function others(model: string, program: Uint8Array, inputs: Uint8Array = new Uint8Array(0)): [string, Uint8Array][] {
  return [
    [`models/${model}.json`, program], [`data/sample_inputs/${model}.pt`, inputs],
    ['archive_format', text('pt2')], ['archive_version', text('0')], ['.data/version', text('6\n')], ['byteorder', text('little')],
  ];
}

async function tables(model: string, saved: Readonly<Record<TableName, Uint8Array | undefined>>): Promise<[string, Uint8Array][]> {
  const records: [string, Uint8Array][] = [];
  for (const table of ['weights', 'constants'] as const) {
    const config = saved[table] === undefined ? new Map<string, Json>() : await storeTensors(table, saved[table], records);
    records.push([`data/${table}/${model}_${table}_config.json`, text(writeJson(new Map([['config', config]])))]);
  }
  return records;
}

/** Adds the storages of a pickled dict of tensors as records, each once; returns the table of its tensors. */
async function storeTensors(table: TableName, bytes: Uint8Array, records: [string, Uint8Array][]): Promise<JsonObject> {
  const source: ByteSource = { name: table, size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
  const entries = await zipEntries(source);
  const record = savedRecord(entries);
  if (record === undefined) throw new UserError(`its ${table} are no file of torch.save`, { hint: 'Export the model again with torch 2.9 or newer' });
  const save = await readSavedZip(source, entries, record);
  if (save.isBigEndian) throw new UserError('its numbers are in big-endian order, which is not supported', { hint: 'Export the model on a little-endian computer' });
  const paths = new Map<string, string>();
  const config = new Map<string, Json>();
  for (const [name, value] of entriesOf(save.value)) {
    if (typeof name !== 'string') continue;
    const tensor = tensorRecord(value, name, save);
    if (tensor?.storage === undefined || tensor.strides === undefined) {
      throw new UserError(`"${name}" among its ${table} is no tensor with values of its own`, { hint: 'Export the model again with torch 2.9 or newer' });
    }
    const { key } = tensor.storage;
    if (!paths.has(key)) {
      const path = `${PREFIXES[table]}${paths.size}`;
      const entry = entries.find((candidate) => candidate.name === `${record.storages}${key}`)!;
      records.push([recordName(table, path), await readEntry(source, entry, bytes.length)]);
      paths.set(key, path);
    }
    config.set(name, entryOf(tensor, paths.get(key)!));
  }
  return config;
}

function entriesOf(value: PickleValue): readonly PickleEntry[] {
  return isCompound(value) && (value.kind === 'dict' || value.kind === 'object') ? value.entries : [];
}

type Tensor = NonNullable<ReturnType<typeof tensorRecord>>;

function entryOf({ dtype, shape, strides, offset, isParameter, requiresGrad }: Tensor, path: string): JsonObject {
  const meta = new Map<string, Json>(denseMeta(dtype as DataType, shape))
    .set('requires_grad', requiresGrad)
    .set('strides', strides!.map((stride) => new Map([['as_int', stride]])))
    .set('storage_offset', new Map([['as_int', offset]]));
  return new Map<string, Json>([['path_name', path], ['is_param', isParameter], ['use_pickle', false], ['tensor_meta', meta]]);
}
