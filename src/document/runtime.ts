import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { ConfigSource } from '../engine/conversion';
import { ownCode, runtimeChoice, type RuntimeWishes } from './runtimeChoice';

/** What runs models, and a metric of the user's own, by the settings, the trust of the workspace, and what is there. */
export async function chosenRuntime(model: vscode.Uri, metric: string): Promise<Required<Pick<ConfigSource, 'runtime'>> & Pick<ConfigSource, 'ownCode'>> {
  const settings = vscode.workspace.getConfiguration('mixedPrecision', model);
  const wishes: RuntimeWishes = {
    runtime: settings.get('runtime'), python: settings.get('python'), isTrusted: vscode.workspace.isTrusted,
    home: homedir(), folder: vscode.workspace.getWorkspaceFolder(model)?.uri.fsPath,
  };
  const ofExtension = (): Promise<string | undefined> => interpreterOf(model);
  return { runtime: await runtimeChoice(wishes, ofExtension), ownCode: await ownCode(wishes, metric.endsWith('.py') ? ofExtension : async () => undefined) };
}

/** Of what the Python extension gives other extensions (`PythonExtension`, @vscode/python-extension), the part that is asked here. */
interface PythonExtension {
  readonly environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly id: string; readonly path: string };
    resolveEnvironment(environment: { readonly id: string; readonly path: string }): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
  };
}

/** The interpreter the user chose in the Python extension for a file; undefined without that extension. */
async function interpreterOf(file: vscode.Uri): Promise<string | undefined> {
  try {
    const extension = vscode.extensions.getExtension<PythonExtension>('ms-python.python');
    const environments = (await extension?.activate())?.environments;
    if (environments === undefined) return undefined;
    const active = environments.getActiveEnvironmentPath(file);
    return (await environments.resolveEnvironment(active))?.executable.uri?.fsPath;
  } catch {
    return undefined; // Its trouble is not ours: the PATH is next.
  }
}
