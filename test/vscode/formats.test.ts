import { match, ok, strictEqual } from 'node:assert';
import { after, afterEach, before, describe, it } from 'mocha';
import { commands, workspace } from 'vscode';
import { closeAll, done, opened, remove, run, sample } from './support';

/** Samples beside those of TensorFlow, which the other tests open. */
const SAMPLES = [
  { file: 'digits.onnx', format: 'ONNX', data: 'digits_calibration.npz', op_name_dict: { '.*depthwise.*': 'bf16' } },
  { file: 'digits_pytorch.pt2', format: 'PyTorch exported program', data: 'digits_pytorch_calibration.npz', op_name_dict: { 'fc.*': 'bf16' } },
];

for (const { file, format, data, op_name_dict } of SAMPLES) {
  describe(`a model in the format ${format}`, () => {
    const model = sample(file);
    const config = sample(file.replace(/\.\w+$/, '.mixed-precision.json'));
    const mixed = sample(file.replace(/(\.\w+)$/, '.mixed$1'));
    const foreign = sample('foreign.pb');

    before(() => workspace.fs.writeFile(config, new TextEncoder().encode(JSON.stringify({ use_bf16: true, op_name_dict, calibration: { data } }))));
    after(() => Promise.all([config, mixed, foreign].map(remove)));
    afterEach(closeAll);

    it('opens as files do that are clicked', async () => {
      await commands.executeCommand('vscode.open', model);
      const { conversion } = await opened(model);
      strictEqual(conversion.graph!.model.format, format);
      ok(conversion.snapshots[0]!.counts.fp32 > 5);
    });

    it('is converted by the three phases, saved, and opens again', async () => {
      await done('openModel', model);
      const { conversion } = await opened(model);
      await done('runAllPhases');
      ok(conversion.snapshots[1]!.counts.int8 > 0);
      ok(conversion.snapshots[3]!.counts.bf16 > 0);
      await done('saveConvertedModel', mixed);
      await closeAll();
      await done('openModel', mixed);
      const converted = (await opened(mixed)).conversion;
      strictEqual(converted.snapshots[0]!.counts.bf16, conversion.snapshots[3]!.counts.bf16);
    });

    it('is not written as a model of another framework', async () => {
      await done('openModel', model);
      await opened(model);
      await done('runNextPhase');
      const outcome = await run('saveConvertedModel', foreign);
      strictEqual(outcome.status, 'failed');
      ok('message' in outcome);
      match(outcome.message, new RegExp(`${format} cannot be written as TensorFlow GraphDef.*${/\.\w+$/.exec(file)![0]}`));
    });
  });
}
