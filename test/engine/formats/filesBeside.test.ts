import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesBeside } from '../../../src/engine/formats/filesBeside';
import { NO_PROGRESS } from '../../../src/engine/host';
import { nodeHost } from '../../../src/worker/nodeHost';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'beside-'));
  await mkdir(join(folder, 'model', 'variables'), { recursive: true });
  await writeFile(join(folder, 'model', 'variables', 'weights'), Uint8Array.of(1, 2, 3));
  await writeFile(join(folder, 'secret'), 'secret');
});
afterAll(() => rm(folder, { recursive: true }));

describe('filesBeside', () => {
  const open = (path: string): Promise<Uint8Array> =>
    filesBeside(join(folder, 'model', 'model.pb'), nodeHost(NO_PROGRESS))(path).then((source) => source.read(0, source.size));

  it('opens files of the folder of the model and below', async () => {
    expect([...(await open('variables/weights'))]).toEqual([1, 2, 3]);
  });

  it.each(['../secret', 'variables/../../secret', 'variables\\..\\..\\secret', '/etc/hostname', '\\\\host\\share', 'C:\\secret'])('refuses %s', async (path) => {
    await expect(open(path)).rejects.toThrow('which is not in its folder');
  });

  it('says which file is missing', async () => {
    await expect(open('variables/others')).rejects.toMatchObject({ place: { file: join(folder, 'model', 'variables', 'others') }, message: 'Cannot read it: there is no such file or folder' });
  });
});
