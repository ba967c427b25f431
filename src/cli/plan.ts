import { PHASES } from '../engine/snapshot';
import type { Command } from './command';
import { configFrom } from './config';
import { reportLines } from './reportText';

/** `plan`: the numbers `convert` would report; nothing is written. */
export const plan: Command = {
  usage: 'plan MODEL [--config FILE] [--calibration DATA.npz] [--json]',
  summary: 'what convert would do, without writing anything',
  arguments: ['MODEL'],
  strings: ['config', 'calibration'],
  flags: ['json'],
  async run({ arguments: [model], options, conversion, print, note }) {
    await conversion.open(model!, await configFrom(options, note));
    for (let phase = 0; phase < PHASES.length; phase++) await conversion.runPhase();
    const report = await conversion.report();
    if (options.json) print(JSON.stringify({ precision: report.phases.at(-1)!.precision, casts: report.casts, phases: report.phases, warnings: report.warnings }));
    else for (const line of reportLines(report)) print(line);
  },
};
