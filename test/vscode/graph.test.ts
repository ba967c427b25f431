import { deepStrictEqual, match, notStrictEqual, strictEqual } from 'node:assert';
import { after, afterEach, beforeEach, describe, it } from 'mocha';
import { env, window, workspace } from 'vscode';
import { closeAll, done, nodesOf, opened, remove, run, sample, until } from './support';

const model = sample('digits_cnn.pb');
const config = sample('digits_cnn.mixed-precision.json');

async function openModel() {
  await done('openModel', model);
  return opened(model);
}

/** As the editor has it: it refuses to save over a file that was written beside it a moment ago. */
const configText = async () => (await workspace.openTextDocument(config)).getText();

const node = (id: string) => ({ webview: 'mixedPrecision.graph', mixedPrecisionTarget: 'node', id });

describe('the context menu of the graph', () => {
  beforeEach(() => workspace.fs.writeFile(config, new TextEncoder().encode('{ "use_bf16": true, "calibration": { "data": "digits_calibration.npz" } }\n')));
  afterEach(closeAll);
  after(() => remove(config));

  it('sets the precision of an op, and runs again only the phases that this affects', async () => {
    const document = await openModel();
    const { conversion } = document;
    await done('runAllPhases');
    const before = conversion.snapshots;
    const [softmax] = nodesOf(conversion.graph!, 'Softmax');
    await done('setPrecision.op.bf16', node(softmax!));
    deepStrictEqual((JSON.parse(await configText()) as { op_name_dict: object }).op_name_dict, { [softmax!]: 'bf16' });
    await until(() => conversion.running === undefined && conversion.snapshots.length === 4 && conversion.snapshots[2] !== before[2]);
    strictEqual(conversion.snapshots[1], before[1]);
    strictEqual(conversion.snapshots[2]!.counts.bf16, before[2]!.counts.bf16 + 1);
    strictEqual(conversion.shown, 3);

    await done('setPrecision.op.auto', node(softmax!));
    deepStrictEqual((JSON.parse(await configText()) as { op_name_dict: object }).op_name_dict, {});
    await until(() => conversion.running === undefined && conversion.snapshots[2]?.counts.bf16 === before[2]!.counts.bf16);
  });

  it('sets the precision of a group and of an op type', async () => {
    const { conversion } = await openModel();
    await done('setPrecision.group.fp32', { mixedPrecisionTarget: 'group', groups: ['digits_cnn_1/dense_1'] });
    await done('setPrecision.opType.bf16', node(nodesOf(conversion.graph!, 'Softmax')[0]!));
    const { op_name_dict, op_type_dict } = JSON.parse(await configText()) as { op_name_dict: object; op_type_dict: object };
    deepStrictEqual([op_name_dict, op_type_dict], [{ 'digits_cnn_1/dense_1/.*': 'fp32' }, { Softmax: 'bf16' }]);
  });

  it('has nothing to set where there is no op', async () => {
    await openModel();
    const outcome = await run('setPrecision.op.int8', node('no such node'));
    strictEqual(outcome.status, 'notNow');
    match('message' in outcome ? outcome.message : '', /Only ops/);
  });

  it('copies names', async () => {
    const { conversion } = await openModel();
    const [softmax] = nodesOf(conversion.graph!, 'Softmax');
    await done('copyName', node(softmax!));
    strictEqual(await env.clipboard.readText(), softmax);
    await done('copyName', { mixedPrecisionTarget: 'group', groups: ['a/b', 'a/c'] });
    strictEqual(await env.clipboard.readText(), 'a/b\na/c');
  });
});

describe('the graph', () => {
  const pictures = ['png', 'svg', 'json'].map((extension) => sample(`digits.graph.${extension}`));
  afterEach(closeAll);
  after(() => Promise.all(pictures.map(remove)));

  it('is compared with the original beside it until that is closed', async () => {
    const document = await openModel();
    await done('runNextPhase');
    await done('compareWithOriginal');
    await until(() => document.editors.isComparing);
    const labels = () => window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label)).join();
    await until(() => labels() === 'digits_cnn.pb,digits_cnn.pb (original)');
    strictEqual((await run('compareWithOriginal')).status, 'notNow');
    await done('runNextPhase');
    strictEqual(document.conversion.snapshots.length, 3);
    await window.tabGroups.close(window.tabGroups.all[1]!.tabs);
    await until(() => !document.editors.isComparing);
  });

  it('is exported whole, and never over a file that a caller names', async () => {
    await openModel();
    // The page may still lay the graph out.
    await until(async () => (await run('exportPicture', pictures[0])).status === 'done');
    for (const file of pictures.slice(1)) await done('exportPicture', file);
    const [png, svg, json] = await Promise.all(pictures.map((file) => workspace.fs.readFile(file)));
    deepStrictEqual([...png!.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
    match(new TextDecoder().decode(svg), /^(<\?xml[^>]*>\s*)?<svg/);
    notStrictEqual(JSON.parse(new TextDecoder().decode(json)), null);
    strictEqual((await run('exportPicture', pictures[0])).status, 'failed');
    deepStrictEqual(await workspace.fs.readFile(pictures[0]!), png);
    const left = (await workspace.fs.readDirectory(sample('.'))).filter(([name]) => name.endsWith('.tmp'));
    deepStrictEqual(left, []);
  });

  it('does what the palette asks of its view', async () => {
    await openModel();
    for (const id of ['collapseAll', 'expandAllCasts', 'findInGraph', 'fitGraph', 'playChanges']) await done(id);
  });
});
