import type { Command } from './command';
import { configFrom } from './config';
import { reportLines } from './reportText';

/** `plan`: the numbers `convert` would report; nothing is written. */
export const plan: Command = {
  usage: 'plan MODEL [--config FILE] [--calibration DATA.npz] [--json]',
  summary: 'what convert would do, without writing anything',
  arguments: 1,
  strings: ['config', 'calibration'],
  flags: ['json'],
  async run({ arguments: [model], options, conversion, print }) {
    const graph = await conversion.open(model!, await configFrom(options));
    let snapshots = graph.snapshots;
    for (let phase = 0; phase < 3; phase++) snapshots = await conversion.runPhase();
    const report = await conversion.report();
    const last = snapshots.at(-1)!;
    if (options.json) print(JSON.stringify({ precision: last.counts, casts: report.casts, phases: report.phases, warnings: report.warnings }));
    else for (const line of reportLines(report)) print(line);
  },
};
