import { describe, expect, it } from 'vitest';
import type { TuningConfig } from '../../../../src/engine/config/config';
import { exportNeuralCompressor, type ExportFormat } from '../../../../src/engine/config/neuralCompressor/exportConfig';
import { configFileText, importNeuralCompressor } from '../../../../src/engine/config/neuralCompressor/importConfig';
import { pythonPattern } from '../../../../src/engine/config/neuralCompressor/pythonPattern';
import { EXPORTABLE, readConfig } from '../../../support/tuningConfigs';

const FILES: readonly [ExportFormat, string][] = [['inc-yaml', 'conf.yaml'], ['inc-python', 'conf.py']];

/** Patterns that mean the same are spelled in one way; the order of the keys is part of their meaning. */
const comparable = ({ op_name_dict: byName, ...config }: TuningConfig) => ({ ...config, byName: Object.entries(byName).map(([pattern, wish]) => [pythonPattern(pattern), wish]) });

describe.each(FILES)('a config exported as %s', (format, file) => {
  it.each(EXPORTABLE.map((config) => [JSON.stringify(config), config] as const))('is imported as %s', (_text, content) => {
    const config = readConfig(content);
    const imported = importNeuralCompressor(exportNeuralCompressor(config, format).text, file);
    expect(imported.notes).toEqual([]);
    const back = readConfig(JSON.parse(configFileText(imported)) as object);
    expect(comparable(back)).toEqual(comparable(config));
  });
});
