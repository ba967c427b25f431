import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
// @ts-expect-error -- a script, without declarations
import * as script from '../../scripts/export-strings.mjs';

const { englishBundle, textsIn } = script as { readonly englishBundle: () => string; readonly textsIn: (source: string, file: string) => string[] };

describe('the texts to translate', () => {
  it('are the literals that translating functions are called with', () => {
    const source = `t('One {0}', t('two')); vscode.l10n.t(on ? 'On' : "Off"); h.t('no'); at('no'); l10n.t(\`three\`); t(title);`;
    expect(textsIn(source, 'a.ts')).toEqual(['One {0}', 'two', 'On', 'Off', 'three']);
  });

  it('come from the host and from its pages', () => {
    const bundle = JSON.parse(englishBundle()) as Record<string, string>;
    expect(Object.keys(bundle)).toEqual(expect.arrayContaining(['Export Graph Picture', 'Actual size']));
    expect(Object.entries(bundle).filter(([key, text]) => key !== text)).toEqual([]);
  });

  it('of package.json are all in package.nls.json, and no others', () => {
    const used = readFileSync('package.json', 'utf8').matchAll(/"%([^%"]+)%"/g);
    const known = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;
    expect([...new Set([...used].map(([, key]) => key))].sort()).toEqual(Object.keys(known).sort());
  });
});
