import { basename } from 'node:path';
import { exportNeuralCompressor, type ExportFormat } from '../engine/config/neuralCompressor/exportConfig';
import { parseConfig, requireValid } from '../engine/config/parse';
import { type Command, type CommandContext, required, text, UsageError } from './command';
import { readText, writeText } from './textFile';

const FORMATS: readonly ExportFormat[] = ['inc-yaml', 'inc-python'];

/** `config`: configs of Intel Neural Compressor made ours, and ours made Neural Compressor's. */
export const config: Command = {
  usage: 'config export CONFIG.json --format inc-yaml|inc-python [--output OUT] [--force]',
  summary: 'write a config as one of Intel Neural Compressor',
  arguments: ['export', 'FILE'],
  strings: ['format', 'output'],
  flags: ['force', 'json'],
  async run(context) {
    const [direction, file] = context.arguments as [string, string];
    if (direction === 'export') await exportFile(file, context);
    else throw new UsageError(`it exports, "${direction}" is unknown`);
  },
};

async function exportFile(file: string, { options, print, note }: CommandContext): Promise<void> {
  const format = required(options, 'format') as ExportFormat;
  if (!FORMATS.includes(format)) throw new UsageError(`--format is one of ${FORMATS.join(', ')}, not "${format}"`);
  const config = requireValid(parseConfig(await readText(file), file));
  const exported = exportNeuralCompressor(config, format, { name: basename(file).split('.')[0] });
  for (const { path, message } of exported.notes) note(`note: ${path}: ${message}`);
  const output = text(options, 'output');
  if (output === undefined) print(exported.text.trimEnd());
  else await writeText(output, exported.text, options.force === true);
}
