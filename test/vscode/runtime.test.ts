import { deepStrictEqual, match, strictEqual } from 'node:assert';
import { after, afterEach, before, describe, it } from 'mocha';
import { ConfigurationTarget, extensions, workspace } from 'vscode';
import { closeAll, done, EXTENSION_ID, opened, remove, run, sample, until } from './support';

const set = (key: string, value: string | undefined) => workspace.getConfiguration('mixedPrecision').update(key, value, ConfigurationTarget.Workspace);

describe('what runs models', () => {
  const config = sample('digits_cnn.mixed-precision.json');

  before(() => workspace.fs.writeFile(config, new TextEncoder().encode(JSON.stringify({ calibration: { data: 'digits_calibration.npz' } }))));
  afterEach(async () => {
    for (const key of ['runtime', 'python']) await set(key, undefined);
    await closeAll();
  });
  after(() => remove(config));

  it('is the embedded runtime, which the status says', async () => {
    await done('openModel', sample('digits_cnn.pb'));
    const { conversion } = await opened(sample('digits_cnn.pb'));
    strictEqual(conversion.calibratedBy, undefined);
    await done('runNextPhase');
    match(conversion.calibratedBy!, /^the embedded runtime on onnxruntime-(node|web) /);
  });

  it('is a Python that is not there, until the setting changes', async () => {
    await set('runtime', 'python');
    await set('python', '/none/python');
    await done('openModel', sample('digits_cnn.pb'));
    const { conversion } = await opened(sample('digits_cnn.pb'));
    const outcome = await run('runNextPhase');
    strictEqual(outcome.status, 'failed');
    match('message' in outcome ? outcome.message : '', /"\/none\/python" is no Python that can run models: there is no such program.*mixedPrecision\.python/);
    await set('runtime', 'embedded');
    await until(() => conversion.running === undefined);
    await done('runNextPhase');
    match(conversion.calibratedBy!, /^the embedded runtime/);
  });

  it('is not for untrusted workspaces to choose', () => {
    const { capabilities } = extensions.getExtension(EXTENSION_ID)!.packageJSON as { capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } } };
    deepStrictEqual(capabilities.untrustedWorkspaces.restrictedConfigurations, ['mixedPrecision.runtime', 'mixedPrecision.python']);
  });
});
