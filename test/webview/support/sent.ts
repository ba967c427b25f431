import { expect } from 'vitest';
import type { FromConfig } from '../../../webview/protocol';
import type { OpenedConfig } from './configPages';

/** Expects what the panel sends from the last call on. Changes that are only tried are left out: the pointer may rest long before a click. */
export async function expectSent(panel: OpenedConfig, expected: readonly FromConfig[]): Promise<void> {
  const sent: FromConfig[] = [];
  await expect.poll(() => {
    sent.push(...panel.received().filter(({ type }) => type !== 'try'));
    return sent;
  }).toEqual(expected);
}
