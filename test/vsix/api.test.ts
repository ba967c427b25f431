import * as assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../src/extension';

const workspace = vscode.workspace.workspaceFolders![0]!.uri;

describe('what other extensions get of the packaged one', () => {
  it('is the engine and nothing else', async () => {
    const api = await vscode.extensions.getExtension<ExtensionApi>('mixed-precision.mixed-precision')!.activate();
    assert.deepEqual(Object.keys(api).sort(), ['Quantization', 'UserError', 'defaultConfig', 'readConfig']);
  });

  it('converts a model with kernels of its own', async () => {
    const { defaultConfig, Quantization } = await vscode.extensions.getExtension<ExtensionApi>('mixed-precision.mixed-precision')!.activate();
    const config = defaultConfig();
    config.calibration.data = 'digits_calibration.npz';
    const quantization = new Quantization(config, { directory: workspace.fsPath });
    try {
      await quantization.load('digits_cnn.pb');
      const { precision } = await quantization.runPhase();
      assert.ok(precision.int8 > 0, JSON.stringify(precision));
    } finally {
      await quantization.close();
    }
  });
});
