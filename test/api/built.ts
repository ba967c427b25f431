import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';

type Api = typeof import('../../src/api');

/** A folder that is there until the tests of the file end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mixed-precision-api-'));
  afterAll(() => rmSync(folder, { recursive: true, maxRetries: 5, retryDelay: 100 }));
  return folder;
}

/** Builds the product from the present sources. */
export function buildInto(outdir: string): void {
  execFileSync(process.execPath, ['scripts/build.mjs', '--outdir', outdir], { stdio: 'inherit' });
}

/** The module as a program imports it. */
export function importFrom(outdir: string): Promise<Api> {
  return import(/* @vite-ignore */ pathToFileURL(join(outdir, 'index.mjs')).href) as Promise<Api>;
}
