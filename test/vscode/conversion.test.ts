import { deepStrictEqual, match, ok, strictEqual } from 'node:assert';
import { after, afterEach, before, describe, it } from 'mocha';
import { commands, workspace } from 'vscode';
import type { NodeDetails } from '../../webview/protocol';
import { listAt, textAt } from '../../webview/tables';
import { closeAll, done, nodesOf, opened, read, remove, run, sample, until } from './support';

describe('converting the sample model', () => {
  const model = sample('digits_cnn.pb');
  const config = sample('digits_cnn.mixed-precision.json');
  const mixed = sample('saved.mixed.pb');
  const report = sample('saved.report.json');
  const ranges = sample('saved.ranges.json');

  before(async () => {
    await workspace.fs.writeFile(config, new TextEncoder().encode(JSON.stringify({
      use_bf16: true, op_name_dict: { '.*/conv2d_3_1/.*': 'bf16' }, calibration: { data: 'digits_calibration.npz' },
    })));
  });
  after(() => Promise.all([config, mixed, report, ranges].map(remove)));
  afterEach(closeAll);

  it('opens by command', async () => {
    await done('openModel', model);
    const { conversion } = await opened(model);
    ok(nodesOf(conversion.graph!, 'Conv2D').length > 0);
    strictEqual(conversion.snapshots.length, 1);
  });

  it('opens by Open With and from the explorer', async () => {
    await commands.executeCommand('vscode.openWith', model, 'mixedPrecision.graph');
    await opened(model);
    await closeAll();
    await done('openInMixedPrecision', model);
    await opened(model);
  });

  it('runs the phases one by one, steps back and resets', async () => {
    await done('openModel', model);
    const { conversion } = await opened(model);
    const opening = conversion.snapshots[0]!.counts;
    await done('runNextPhase');
    ok(conversion.snapshots[1]!.counts.int8 > 0, 'some op is INT8 after the first phase');
    strictEqual(conversion.snapshots[1]!.counts.bf16, 0);
    await done('runNextPhase');
    ok(conversion.snapshots[2]!.counts.bf16 > 0, 'some op is BF16 after the second phase');
    await done('runNextPhase');
    strictEqual(conversion.shown, 3);
    ok(conversion.snapshots[3]!.casts <= conversion.snapshots[2]!.casts);
    deepStrictEqual(conversion.snapshots.map(({ phase }) => phase), [undefined, 'quantize', 'bf16', 'optimize']);

    await done('stepBack');
    deepStrictEqual([conversion.snapshots.length, conversion.shown], [3, 2]);
    await done('reset');
    deepStrictEqual([conversion.snapshots.length, conversion.shown], [1, 0]);
    deepStrictEqual(conversion.snapshots[0]!.counts, opening);
  });

  it('shows an earlier snapshot without dropping later ones', async () => {
    await done('openModel', model);
    const { conversion } = await opened(model);
    await done('showSnapshot', 2);
    strictEqual(conversion.snapshots.length, 3);
    await done('showSnapshot', 0);
    deepStrictEqual([conversion.snapshots.length, conversion.shown], [3, 0]);
  });

  it('saves the converted model and exports the report', async () => {
    await done('openModel', model);
    await opened(model);
    await done('runAllPhases');
    await done('saveConvertedModel', mixed);
    const [original, converted] = await Promise.all([model, mixed].map((file) => workspace.fs.stat(file)));
    ok(converted!.size > 0 && converted!.size < original!.size, 'INT8 and BF16 weights are smaller');
    await done('exportReport', report);
    const { phases } = JSON.parse(await read(report)) as { phases: { phase: string }[] };
    deepStrictEqual(phases.map(({ phase }) => phase), ['quantize', 'bf16', 'optimize']);
    await closeAll();

    await done('openModel', mixed);
    const { conversion } = await opened(mixed);
    ok(conversion.snapshots[0]!.counts.bf16 > 0, 'the saved model opens, with its BF16 ops');
  });

  it('records ranges, which then take the place of the data', async () => {
    await done('openModel', model);
    const { conversion } = await opened(model);
    await done('recordRanges', ranges);
    const recorded = JSON.parse(await read(ranges)) as Record<string, { min: number; max: number }>;
    ok(Object.values(recorded).length > 5 && Object.values(recorded).every(({ min, max }) => min <= max));
    strictEqual(conversion.snapshots.length, 1);
  });

  it('does not overwrite a file that a caller names', async () => {
    await done('openModel', model);
    await opened(model);
    await done('runNextPhase');
    const outcome = await run('saveConvertedModel', model);
    strictEqual(outcome.status, 'failed');
    ok('message' in outcome);
    match(outcome.message, /digits_cnn\.pb/);
  });

  it('says why a node has its precision', async () => {
    await done('openModel', model);
    const { conversion } = await opened(model);
    const [node] = nodesOf(conversion.graph!, 'Conv2D');
    const details = (await done('showWhy', node)) as { name: string; why: { text: string } };
    strictEqual(details.name, node);
    ok(details.why.text.length > 0);
  });

  it('says why the selected Cast is there, and forgets it when it is gone', async () => {
    await done('openModel', model);
    const document = await opened(model);
    await done('runAllPhases');
    const { marks } = document.conversion.snapshots[3]!;
    const mark = marks.kind.findIndex((kind, index) => kind === 0 && marks.folded[index] === 0);
    const id = textAt(marks.ids, listAt(marks.nodes, mark)[0]!);
    document.select(id);
    const details = (await done('showWhy')) as NodeDetails;
    strictEqual(details.id, id);
    strictEqual(details.cast?.label, marks.labels[marks.label[mark]!]);
    match(details.why.text, /\bcast\b/i);
    await done('reset');
    await until(() => document.selected === undefined);
  });
});
