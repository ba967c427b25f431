// A copy of media/samples to work in, so that the checkout stays clean.
import { cpSync, existsSync, rmSync } from 'node:fs';
import { fromRoot } from './paths.mjs';

/** Copies the samples to `target` unless they are there; `fresh` starts over. */
export function copySamples(target, { fresh = false } = {}) {
  if (fresh) rmSync(target, { recursive: true, force: true });
  if (!existsSync(target)) cpSync(fromRoot('media', 'samples'), target, { recursive: true });
  return target;
}
