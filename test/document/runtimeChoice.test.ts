import { describe, expect, it } from 'vitest';
import { runtimeChoice, type RuntimeWishes } from '../../src/document/runtimeChoice';

const WISHES: RuntimeWishes = { runtime: 'python', python: '', isTrusted: true, home: '/home/me', folder: '/project' };
const notAsked = (): Promise<string | undefined> => Promise.reject(new Error('asked'));

describe('what runs models', () => {
  it('is the embedded runtime unless the setting says otherwise', async () => {
    for (const runtime of ['embedded', undefined, 'other']) expect(await runtimeChoice({ ...WISHES, runtime }, notAsked)).toEqual({ kind: 'embedded' });
  });

  it('is the embedded runtime in a workspace that is not trusted, which is said', async () => {
    expect(await runtimeChoice({ ...WISHES, python: '/mine/python', isTrusted: false }, notAsked))
      .toEqual({ kind: 'embedded', why: 'the workspace is not trusted, which turns mixedPrecision.runtime python off' });
  });

  it('is the Python of the setting before that of the Python extension, and this before the PATH', async () => {
    expect(await runtimeChoice({ ...WISHES, python: ' /mine/python ' }, notAsked)).toMatchObject({ kind: 'python', python: '/mine/python' });
    expect(await runtimeChoice({ ...WISHES, python: '~/venv/bin/python' }, notAsked)).toMatchObject({ python: '/home/me/venv/bin/python' });
    for (const [python, path] of [['.venv/bin/python', '/project/.venv/bin/python'], ['${workspaceFolder}/.venv/bin/python', '/project/.venv/bin/python'], ['python3.12', 'python3.12']]) {
      expect(await runtimeChoice({ ...WISHES, python }, notAsked)).toMatchObject({ python: path });
    }
    expect(await runtimeChoice(WISHES, async () => '/chosen/python')).toMatchObject({ kind: 'python', python: '/chosen/python', why: expect.stringContaining('the Python extension') as string });
    expect(await runtimeChoice({ ...WISHES, python: undefined }, async () => undefined)).toEqual({ kind: 'python', why: expect.stringContaining('the PATH') as string });
  });
});
