import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelFile, openFileSink, openFileSource, openFolderSink, peakMemoryMiB } from '../../src/worker/nodeHost';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mixed-precision-'));
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('openFileSink', () => {
  it('shows nothing under the final name before commit, and leaves no other file after it', async () => {
    const target = join(folder, 'model.pb');
    const sink = await openFileSink(target, false);
    await sink.append(bytes('first '));
    await sink.append(bytes('second'));
    expect(await readdir(folder)).not.toContain('model.pb');
    await sink.commit();
    expect(await readFile(target, 'utf8')).toBe('first second');
    expect(await readdir(folder)).toEqual(['model.pb']);
  });

  it('keeps the old file until the new one is complete', async () => {
    const target = join(folder, 'model.pb');
    await writeFile(target, 'old');
    const sink = await openFileSink(target, true);
    await sink.append(bytes('half of the n'));
    expect(await readFile(target, 'utf8')).toBe('old');
    await sink.abort();
    expect(await readFile(target, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['model.pb']);
  });

  it('refuses an existing file and a folder that is not there', async () => {
    const target = join(folder, 'model.pb');
    await writeFile(target, 'old');
    await expect(openFileSink(target, false)).rejects.toThrow('exists already');
    await expect(openFileSink(join(folder, 'no', 'model.pb'), false)).rejects.toThrow('Cannot write it: there is no such file or folder');
  });
});

describe('openFolderSink', () => {
  const MAIN = ['model.pb'];
  const put = async (path: string, content: string): Promise<void> => {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, content);
  };

  it('shows no folder before commit, and the whole one after it', async () => {
    const target = join(folder, 'model');
    const sink = await openFolderSink(`${target}/`, false, MAIN);
    for (const name of ['model.pb', 'variables/data']) {
      const file = await sink.file(name);
      await file.append(bytes(name));
      await file.commit();
    }
    expect(await readdir(folder)).not.toContain('model');
    await sink.commit();
    expect(await readdir(folder)).toEqual(['model']);
    expect(await readFile(join(target, 'variables', 'data'), 'utf8')).toBe('variables/data');
  });

  it('leaves what was there until the new folder is complete, then nothing of it', async () => {
    const target = join(folder, 'model');
    await put(join(target, 'model.pb'), 'old');
    await put(join(target, 'variables', 'data'), 'old');
    const failed = await openFolderSink(target, true, MAIN);
    await (await failed.file('model.pb')).append(bytes('half of'));
    await failed.abort();
    expect(await readFile(join(target, 'model.pb'), 'utf8')).toBe('old');
    const sink = await openFolderSink(target, true, MAIN);
    const file = await sink.file('model.pb');
    await file.append(bytes('new'));
    await file.commit();
    await sink.commit();
    expect(await readdir(folder)).toEqual(['model']);
    expect(await readdir(target)).toEqual(['model.pb']);
  });

  it('refuses a folder that exists unless told to overwrite, and then one that is no model', async () => {
    const target = join(folder, 'documents');
    await put(join(target, 'letter'), 'precious');
    await expect(openFolderSink(target, false, MAIN)).rejects.toThrow('exists already');
    await expect(openFolderSink(target, true, MAIN)).rejects.toThrow('holds other things than a model');
    await expect(openFolderSink(join(target, 'letter'), true, MAIN)).rejects.toThrow('Cannot write it: it is a file');
    await expect(openFolderSink(join(folder, 'no', 'model'), false, MAIN)).rejects.toThrow('Cannot write it: there is no such file or folder');
    expect(await readdir(folder)).toEqual(['documents']);
  });
});

describe('modelFile', () => {
  it('is the file in a folder that the model begins with, or the file itself', async () => {
    const file = join(folder, 'saved_model.pb');
    await expect(modelFile(folder, ['saved_model.pb'])).rejects.toThrow('The folder holds no model (no saved_model.pb)');
    await writeFile(file, '');
    expect(await modelFile(folder, ['other', 'saved_model.pb'])).toBe(file);
    expect(await modelFile(file, [])).toBe(file);
    await expect(modelFile(join(folder, 'nothing'), [])).rejects.toThrow('no such file');
  });
});

describe('openFileSource', () => {
  it('reads ranges, and says when the file became shorter', async () => {
    const file = join(folder, 'data');
    await writeFile(file, 'abcdef');
    const source = await openFileSource(file);
    expect(source.size).toBe(6);
    expect(new TextDecoder().decode(await source.read(2, 4))).toBe('cd');
    await writeFile(file, 'abc');
    await expect(source.read(2, 6)).rejects.toThrow('became shorter');
  });

  it('reads without waiting while the file is the one that was opened', async () => {
    const file = join(folder, 'now');
    await writeFile(file, 'abcdef');
    const source = await openFileSource(file);
    expect(Buffer.from(source.readNow!(1, 4)).toString()).toBe('bcd');
    await writeFile(join(folder, 'other'), 'ghijkl');
    await rename(join(folder, 'other'), file);
    expect(() => source.readNow!(1, 4)).toThrow('The file has changed since the model was opened');
    await rm(file);
    expect(() => source.readNow!(1, 4)).toThrow('no such file');
  });

  it('names what is wrong with a path', async () => {
    await expect(openFileSource(folder)).rejects.toThrow('This is a folder');
    await expect(openFileSource(join(folder, 'nothing'))).rejects.toThrow('no such file');
  });
});

describe('peakMemoryMiB', () => {
  it('is in MiB, and no less than what the process holds', () => {
    const held = Buffer.alloc(64 * 2 ** 20, 1);
    expect(peakMemoryMiB()).toBeGreaterThanOrEqual(held.length / 2 ** 20);
    expect(peakMemoryMiB()).toBeGreaterThan(process.memoryUsage.rss() / 2 ** 20 / 2);
    expect(peakMemoryMiB()).toBeLessThan(2 * process.resourceUsage().maxRSS / 1024);
  });
});
