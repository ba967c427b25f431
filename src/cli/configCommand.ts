import { basename } from 'node:path';
import { exportNeuralCompressor, type ExportFormat } from '../engine/config/neuralCompressor/exportConfig';
import { configFileText, importNeuralCompressor } from '../engine/config/neuralCompressor/importConfig';
import type { ImportNote } from '../engine/config/neuralCompressor/notes';
import { parseConfig, requireValid } from '../engine/config/parse';
import { type Command, type CommandContext, type Options, required, text, UsageError } from './command';
import { readText, writeText } from './textFile';

const FORMATS: readonly ExportFormat[] = ['inc-yaml', 'inc-python'];

/** A config in its other form: the file's text, what a program wants to know, and what is said otherwise there. */
interface Translation {
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly notes: readonly ImportNote[];
}

const DIRECTIONS: Readonly<Record<string, (content: string, file: string, options: Options) => Translation>> = {
  import: (content, file, options) => {
    if (options.format !== undefined) throw new UsageError('--format is for export: import sees what the file is');
    const imported = importNeuralCompressor(content, file);
    return { text: configFileText(imported), json: { config: imported.config }, notes: imported.notes };
  },
  export: (content, file, options) => {
    const format = required(options, 'format') as ExportFormat;
    if (!FORMATS.includes(format)) throw new UsageError(`--format is one of ${FORMATS.join(', ')}, not "${format}"`);
    const exported = exportNeuralCompressor(requireValid(parseConfig(content, file)), format, { name: basename(file).split('.')[0] });
    return { ...exported, json: { text: exported.text } };
  },
};

/** `config`: a config of Intel Neural Compressor made one of ours, and the other way. */
export const config: Command = {
  usage: 'config import|export FILE [--format inc-yaml|inc-python] [--output OUT] [--force] [--json]',
  summary: 'import a config of Intel Neural Compressor (YAML or Python), or export one to it',
  arguments: ['import|export', 'FILE'],
  strings: ['format', 'output'],
  flags: ['force', 'json'],
  async run({ arguments: positionals, options, print, note }: CommandContext) {
    const [direction, file] = positionals as [string, string];
    const translate = Object.hasOwn(DIRECTIONS, direction) ? DIRECTIONS[direction] : undefined;
    if (translate === undefined) throw new UsageError(`it is followed by import or export, not "${direction}"`);
    const { text: content, json, notes } = translate(await readText(file), file, options);
    const output = text(options, 'output');
    if (output !== undefined) await writeText(output, content, options.force === true);
    for (const { path, message } of notes) note(`note: ${path}: ${message}`);
    if (options.json) print(JSON.stringify({ ...json, notes }));
    else if (output === undefined) print(content.trimEnd());
  },
};
