import { readFileSync } from 'node:fs';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { zipEntries } from '../../../../../src/engine/data/zip';
import { contentsOf, type NamedTensor } from '../../../../../src/engine/formats/pytorch/checkpoint/contents';
import { isLegacySave, readLegacySave } from '../../../../../src/engine/formats/pytorch/checkpoint/legacySave';
import { readSavedZip, savedRecord, type TorchSave } from '../../../../../src/engine/formats/pytorch/checkpoint/torchSave';
import { memorySource } from '../../../../support/memoryFile';

const FOLDER = 'test/fixtures/pytorch';

interface Expected {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly requiresGrad: boolean;
  readonly isParameter: boolean;
  readonly strides?: readonly number[];
  readonly offset?: number;
  /** Bytes of the whole storage. */
  readonly storage?: string;
}

/** What torch itself reads in the files, by file and name. */
const EXPECTED = JSON.parse(readFileSync(`${FOLDER}/expected.json`, 'utf8')) as Record<string, Record<string, Expected>>;

async function read(bytes: Uint8Array): Promise<TorchSave> {
  const source = memorySource(bytes, 'model.pt');
  if (isLegacySave(bytes.subarray(0, 32))) return readLegacySave(source);
  const entries = await zipEntries(source);
  return readSavedZip(source, entries, savedRecord(entries)!);
}

function fixture(file: string): Uint8Array {
  return new Uint8Array(readFileSync(`${FOLDER}/${file}`));
}

function asExpected({ dtype, shape, requiresGrad, isParameter, strides, offset, storage, form }: NamedTensor, file: Uint8Array): Expected {
  const plain = { dtype, shape, requiresGrad, isParameter };
  return form !== undefined ? plain : { ...plain, strides, offset, storage: Buffer.from(file.subarray(storage!.start, storage!.end)).toString('hex') };
}

describe('files of torch.save', () => {
  const files = { 'state_dict.pt': 'state_dict.pt', 'kinds.pt': 'kinds.pt', 'protocol4.pt': 'kinds.pt', 'legacy.pt': 'legacy.pt', 'newer_kinds.pt': 'newer_kinds.pt', 'tensor.pt': 'tensor.pt' };
  it.each(Object.entries(files))('give the tensors torch finds in %s, with the bytes of their storages', async (file, expected) => {
    const bytes = fixture(file);
    const { tensors } = contentsOf(await read(bytes));
    expect(Object.fromEntries(tensors.map((tensor) => [tensor.name, asExpected(tensor, bytes)]))).toEqual(EXPECTED[expected]);
  });

  it('give the tensors of a whole model, and of the optimizer beside it', async () => {
    const bytes = fixture('training.pth');
    const { tensors } = contentsOf(await read(bytes));
    const found = Object.fromEntries(tensors.map((tensor) => [tensor.name, asExpected(tensor, bytes)]));
    expect(Object.keys(found)).toContain('optimizer.state.0.exp_avg');
    expect(Object.keys(found)).toContain('model.tied.weight');
    for (const [name, expected] of Object.entries(EXPECTED['training.pth']!)) expect(found[name], name).toEqual(expected);
  });

  it('give the modules of a whole model, with their classes', async () => {
    const { modules } = contentsOf(await read(fixture('training.pth')));
    expect(modules).toEqual([
      { name: 'model', type: '__main__.Net', depth: 0 },
      { name: 'model.features', type: 'torch.nn.modules.container.Sequential', depth: 1 },
      { name: 'model.features.0', type: 'torch.nn.modules.conv.Conv2d', depth: 2 },
      { name: 'model.features.1', type: 'torch.nn.modules.batchnorm.BatchNorm2d', depth: 2 },
      { name: 'model.features.2', type: 'torch.nn.modules.activation.ReLU', depth: 2 },
      { name: 'model.head', type: 'torch.nn.modules.linear.Linear', depth: 1 },
      { name: 'model.tied', type: 'torch.nn.modules.linear.Linear', depth: 1 },
    ]);
  });

  it('give the tensors and modules of a TorchScript archive', async () => {
    const bytes = fixture('traced.pt');
    const { tensors, modules } = contentsOf(await read(bytes));
    const found = Object.fromEntries(tensors.map((tensor) => [tensor.name, asExpected(tensor, bytes)]));
    for (const [name, { dtype, shape, storage }] of Object.entries(EXPECTED['traced.pt']!)) expect(found[name], name).toMatchObject({ dtype, shape, storage });
    expect(modules.map(({ name, type }) => `${name} ${type}`)).toContain('features.0 torch.nn.modules.conv.Conv2d');
  });

  it('are read where their records are deflated', async () => {
    const deflated = zipSync(unzipSync(fixture('state_dict.pt')), { level: 6 });
    const { tensors } = contentsOf(await read(deflated));
    expect(tensors.map(({ name }) => name)).toEqual(Object.keys(EXPECTED['state_dict.pt']!));
    expect(tensors[0]!.storage).toMatchObject({ size: 4, isDeflated: true });
  });

  it.each([
    ['is missing', (files: Record<string, Uint8Array>) => delete files['state_dict/data/0'], 'tensor "scale" needs storage "0", which the file does not have'],
    ['is too short', (files: Record<string, Uint8Array>) => (files['state_dict/data/1'] = new Uint8Array(71)), 'tensor "features.0.weight" is larger than its storage "1" of 71 bytes'],
  ])('are refused where a storage %s', async (_, change, message) => {
    const files = unzipSync(fixture('state_dict.pt'));
    change(files);
    const saved = await read(zipSync(files, { level: 0 }));
    expect(() => contentsOf(saved)).toThrow(message);
  });

  it('of the old form are refused where they are cut off', async () => {
    const whole = fixture('legacy.pt');
    for (let length = 16; length < whole.length; length += 97) {
      await expect(read(whole.subarray(0, length)), String(length)).rejects.toThrow(/cut off/);
    }
  });
});
