import { deepStrictEqual, ok, rejects, strictEqual, throws } from 'node:assert';
import { describe, it } from 'mocha';
import { extensions, workspace } from 'vscode';
import type { ExtensionApi } from '../../src/extension';
import { EXTENSION_ID, remove, sample } from './support';

const activate = () => extensions.getExtension<ExtensionApi>(EXTENSION_ID)!.activate();

describe('what other extensions get', () => {
  it('converts a model', async () => {
    const { defaultConfig, Quantization } = await activate();
    const target = sample('by_api.pb');
    const config = defaultConfig();
    config.use_bf16 = true;
    config.op_type_dict.DepthwiseConv2dNative = 'bf16';
    config.calibration.data = 'digits_calibration.npz';
    const quantization = new Quantization(config, { directory: sample('.').fsPath });
    try {
      await quantization.load('digits_cnn.pb');
      const snapshots = await quantization.run();
      deepStrictEqual(snapshots.map(({ phase }) => phase), ['quantize', 'bf16', 'optimize']);
      const { int8, bf16 } = snapshots[2]!.precision;
      ok(int8 > 0 && bf16 > 0, JSON.stringify(snapshots));
      await quantization.save('by_api.pb');
      ok((await workspace.fs.stat(target)).size > 0);
    } finally {
      await quantization.close();
      await remove(target);
    }
  });

  it('fails with the UserError it is given', async () => {
    const { defaultConfig, Quantization, UserError } = await activate();
    throws(() => new Quantization({ ...defaultConfig(), bf16_reward: -1 }), UserError);
    const quantization = new Quantization();
    await rejects(quantization.load(sample('none.pb').fsPath), (error) => error instanceof UserError && error.place.file === sample('none.pb').fsPath);
    await quantization.close();
  });

  it('is what a program imports, and for tests what they see of the extension', async () => {
    const { testing, ...api } = await activate();
    deepStrictEqual(Object.keys(api).sort(), ['Quantization', 'UserError', 'defaultConfig', 'readConfig']);
    strictEqual(typeof testing?.activeDocument, 'function');
  });
});
