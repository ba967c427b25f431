import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../src/engine/config/parse';
import { configFileText, importNeuralCompressor } from '../../../../src/engine/config/neuralCompressor/importConfig';

const folder = 'test/fixtures/neural-compressor';
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(yaml|py)$/.test(file)).sort();

describe.each(files)('importing %s', (file) => {
  const imported = importNeuralCompressor(readFileSync(`${folder}/${file}`, 'utf8'), file);

  it('gives the config and the notes written down beside it', () => {
    const expected = `${folder}/${file}.expected.json`;
    if (process.env['UPDATE_GOLDENS'] !== undefined) writeFileSync(expected, `${JSON.stringify(imported, null, 2)}\n`);
    expect(imported).toEqual(JSON.parse(readFileSync(expected, 'utf8')));
  });

  it('gives a config file without problems', () => {
    expect(parseConfig(configFileText(imported), 'x.mixed-precision.json').problems).toEqual([]);
  });
});
