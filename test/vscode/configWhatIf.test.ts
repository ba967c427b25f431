import { deepStrictEqual, match, ok, strictEqual } from 'node:assert';
import { after, afterEach, describe, it } from 'mocha';
import { workspace } from 'vscode';
import { asked, DATA, file, openModel, replaceText, send, textDocument } from './configSupport';
import type { ToGraph } from '../../webview/protocol';
import { closeAll, done, nodesOf, remove, sample, until } from './support';

type Light = Extract<ToGraph, { type: 'highlight' }>;

describe('what the config would give', () => {
  afterEach(closeAll);
  after(() => remove(file));

  it('is predicted after every change, and is what the phases then give', async () => {
    const document = await openModel(`{ "use_bf16": false, ${DATA} }`);
    const before = await until(() => document.configView.outcome);
    deepStrictEqual([before.isPredicted, before.assumesRanges, before.casts.inserted], [true, true, 0]);
    await replaceText('false', 'true');
    const predicted = await until(() => (document.configView.outcome?.casts.inserted ?? 0) > 0 && document.configView.outcome);
    strictEqual(predicted.isPredicted, true);
    await (await textDocument()).save();
    await done('runNextPhase');
    // Ranges are known by now.
    await until(() => document.configView.outcome?.assumesRanges === false);
    strictEqual(document.configView.outcome?.isPredicted, true);
    await done('runAllPhases');
    deepStrictEqual(document.configView.outcome, { ...predicted, assumesRanges: false, isPredicted: false });
    await done('stepBack');
    strictEqual(document.configView.outcome?.isPredicted, true);
  });

  it('is tried without writing anything', async () => {
    const document = await openModel('{ "use_bf16": false }');
    const text = (await textDocument()).getText();
    const { outcome } = await asked({ type: 'try', change: { type: 'setUseBf16', value: true } }, 'trial');
    ok(outcome!.precision.bf16 > 0);
    deepStrictEqual([(await textDocument()).getText(), (await textDocument()).isDirty, document.configView.useBf16], [text, false, false]);
    deepStrictEqual(await asked({ type: 'try' }, 'trial'), { type: 'trial', outcome: undefined });
    await done('runAllPhases');
    strictEqual(document.conversion.snapshots[3]!.counts.bf16, 0);
    await send({ type: 'setUseBf16', value: true });
    await until(() => document.conversion.running === undefined && document.configView.outcome?.isPredicted === false);
    deepStrictEqual(document.configView.outcome, { ...outcome, isPredicted: false });
  });

  it('is not known for a faulty file', async () => {
    await openModel('{ "use_bf16": 1 }');
    deepStrictEqual(await asked({ type: 'try', change: { type: 'setCastPlacement', placement: 'none' } }, 'trial'), { type: 'trial', outcome: undefined });
  });
});

describe('a pattern that is typed', () => {
  afterEach(closeAll);
  after(() => remove(file));

  it('tells how many ops match, and which', async () => {
    const document = await openModel('{}');
    const convolutions = nodesOf(document.conversion.graph!, 'Conv2D');
    const pattern = `${convolutions[0]!}|${convolutions[1]!}`;
    deepStrictEqual(await asked({ type: 'matchPattern', pattern }, 'matches'), { type: 'matches', pattern, count: 2, names: convolutions.slice(0, 2) });
    const all = await asked({ type: 'matchPattern', pattern: '.*' }, 'matches');
    ok(all.count > 5);
    strictEqual(all.names.length, 5);
    await send({ type: 'matchPattern' });
  });

  it('lights up what matches in the graph until that ends, or another model is in front', async () => {
    const document = await openModel('{}');
    const lights: Light[] = [];
    document.editors.add({
      isVisible: false,
      post: (message) => message.type === 'highlight' && lights.push(message),
      start: () => {},
      picture: () => Promise.reject(new Error('not asked for')),
    });
    const { nodes } = document.conversion.graph!;
    const convolutions = [...nodes.op.keys()].filter((node) => nodes.ops[nodes.op[node]!] === 'Conv2D');
    await asked({ type: 'matchPattern', pattern: nodesOf(document.conversion.graph!, 'Conv2D').join('|') }, 'matches');
    deepStrictEqual([...lights.at(-1)!.nodes!], convolutions);
    match(lights.at(-1)!.label, new RegExp(`^${convolutions.length} ops match`));
    await send({ type: 'matchPattern' });
    strictEqual(lights.at(-1)!.nodes, undefined);

    await send({ type: 'highlight', query: { opType: 'Conv2D' } });
    await until(() => lights.length === 3);
    deepStrictEqual([...lights[2]!.nodes!], convolutions);
    await done('openModel', sample('digits_transformer.pb'));
    await until(() => lights.length === 4);
    strictEqual(lights[3]!.nodes, undefined);
  });

  it('that is none, or never ends, says so and hurts nothing', async () => {
    const document = await openModel('{}');
    match((await asked({ type: 'matchPattern', pattern: 'head(' }, 'matches')).problem!, /head\(.*regular expression/);
    match((await asked({ type: 'matchPattern', pattern: '((\\w|/|_)+)+!' }, 'matches')).problem!, /takes too long/);
    await done('runNextPhase');
    match((await send({ type: 'setOverride', pattern: '((\\w|/|_)+)+!', choice: 'fp32' })) ?? document.configView.problems[0]!.message, /takes too long/);
    strictEqual(document.configView.isFaulty, true);
    await send({ type: 'setOverride', pattern: '((\\w|/|_)+)+!', choice: undefined });
    await until(() => !document.configView.isFaulty);
  });
});

describe('calibration data', () => {
  const data = sample('changing.npz');
  afterEach(closeAll);
  after(() => Promise.all([file, data].map(remove)));
  const contents = (document: Awaited<ReturnType<typeof openModel>>) => document.configView.calibration.contents;

  it('is described with shapes, ranges and the inputs it is for', async () => {
    const document = await openModel(`{ ${DATA} }`);
    const { arrays, samples, problem } = await until(() => contents(document));
    const [images] = arrays.filter(({ input }) => input !== undefined);
    ok(images !== undefined && samples !== undefined && images.shape[0] === samples && images.range![0] < images.range![1]);
    strictEqual(problem, undefined);
    await send({ type: 'clearCalibration' });
    await until(() => contents(document) === undefined && document.configView.calibration.data === undefined);
  });

  it('that is not there says so until it is', async () => {
    const document = await openModel('{ "calibration": { "data": "changing.npz" } }');
    match((await until(() => contents(document))).problem!, /changing\.npz/);
    await workspace.fs.copy(sample('digits_calibration.npz'), data);
    await until(() => contents(document)?.problem === undefined && (contents(document)?.arrays.length ?? 0) > 0);
    await workspace.fs.writeFile(data, new Uint8Array(8));
    match(await until(() => contents(document)?.problem), /no readable zip archive/);
  });
});
