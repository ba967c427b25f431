import { describe, expect, it } from 'vitest';
import { configPage } from '../../../webview/page';

const options = { nonce: 'n', cspSource: 'c', script: 's.js' };

describe('the page of a webview', () => {
  it('carries the translations, whatever they hold', () => {
    const translations = { 'Close': '</script><b>', 'Open "{0}"': '$& "{0}" öffnen' };
    const [, text] = /<script type="application\/json" id="l10n">([^<]*)<\/script>/.exec(configPage({ ...options, translations }))!;
    expect(JSON.parse(text!)).toEqual(translations);
  });

  it('carries none in English', () => {
    expect(configPage(options)).toContain('id="l10n">{}</script>');
  });
});
