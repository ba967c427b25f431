import { UserError } from '../engine/errors';
import { formatToWrite } from '../engine/formats/formats';
import { PHASES, type PhaseName } from '../engine/snapshot';
import { access } from 'node:fs/promises';
import { type Command, required, text, UsageError } from './command';
import { configFrom } from './config';
import { reportLines } from './reportText';
import { RUNTIME_OPTIONS, RUNTIME_USAGE } from './runtime';
import { writeText } from './textFile';

/** `convert`: the phases, and the converted model as a file. */
export const convert: Command = {
  usage: `convert MODEL --output OUT [--config FILE] [--calibration DATA.npz] [--until quantize|bf16|optimize] [--report FILE.json] [--record-ranges FILE.json] ${RUNTIME_USAGE} [--force] [--json]`,
  summary: 'convert a model to mixed precision and write it',
  arguments: ['MODEL'],
  strings: ['output', 'config', 'calibration', 'until', 'report', 'record-ranges', ...RUNTIME_OPTIONS],
  flags: ['force', 'json'],
  async run({ arguments: [model], options, conversion, print, note }) {
    const output = required(options, 'output');
    const phases = phasesUntil(text(options, 'until'));
    const reportFile = text(options, 'report');
    const rangesFile = text(options, 'record-ranges');
    const force = options.force === true;
    for (const file of [output, reportFile, rangesFile]) if (file !== undefined && !force) await refuseExisting(file);

    await conversion.open(model!, await configFrom(options, note));
    formatToWrite(output, conversion.format); // Found out before the long work, too.
    if (rangesFile !== undefined) await writeText(rangesFile, await conversion.recordRanges(), force);
    for (let i = 0; i < phases; i++) await conversion.runPhase();
    await conversion.save(output, force);
    const report = await conversion.report();
    if (reportFile !== undefined) await writeText(reportFile, `${JSON.stringify(report, null, 2)}\n`, force);
    if (options.json) print(JSON.stringify(report));
    else for (const line of reportLines(report)) print(line);
  },
};

/** Number of phases to run. Throws UsageError for an unknown name. */
function phasesUntil(name: string | undefined): number {
  if (name === undefined) return PHASES.length;
  const index = PHASES.indexOf(name as PhaseName);
  if (index < 0) throw new UsageError(`--until is one of ${PHASES.join(', ')}, not "${name}"`);
  return index + 1;
}

/** Found out before the long work, not after it. */
async function refuseExisting(file: string): Promise<void> {
  const exists = await access(file).then(() => true, () => false);
  if (exists) throw new UserError('The file exists already', { file, hint: 'Choose another name or add --force' });
}
