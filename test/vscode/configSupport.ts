import { Range, workspace, WorkspaceEdit, type Disposable, type TextDocument } from 'vscode';
import type { ConfigView, FromConfig, ToConfig } from '../../webview/protocol';
import { done, opened, remove, sample, api, until } from './support';

export const model = sample('digits_cnn.pb');
export const file = sample('digits_cnn.mixed-precision.json');
export const DATA = '"calibration": { "data": "digits_calibration.npz" }';

/** Opens the sample model beside a config file with this text, or none. */
export async function openModel(config?: string) {
  await remove(file);
  if (config !== undefined) {
    await write(config);
    // VS Code may still hold what the file was in the test before.
    await until(async () => (await textDocument()).getText() === config);
  }
  await done('openModel', model);
  return opened(model);
}

/** On disk, as another program would. */
export async function write(config: string): Promise<void> {
  await workspace.fs.writeFile(file, new TextEncoder().encode(config));
}

export async function textDocument(): Promise<TextDocument> {
  return workspace.openTextDocument(file);
}

/** As typed in an editor; not saved. */
export async function replaceText(from: string, to: string): Promise<TextDocument> {
  const document = await textDocument();
  const at = document.getText().indexOf(from);
  const edit = new WorkspaceEdit();
  edit.replace(file, new Range(document.positionAt(at), document.positionAt(at + from.length)), to);
  await workspace.applyEdit(edit);
  return document;
}

/** As if the side panel had sent it; resolves to the error the user was shown. */
export async function send(message: FromConfig): Promise<string | undefined> {
  return (await api()).sendToConfig(message);
}

/** The first message of a type that the panel is told after `act`. */
export async function toldAfter<T extends ToConfig['type']>(act: () => unknown, type: T): Promise<Extract<ToConfig, { type: T }>> {
  const { onDidPostToConfig } = await api();
  let listening: Disposable | undefined;
  const message = new Promise<Extract<ToConfig, { type: T }>>((resolve) => {
    listening = onDidPostToConfig((told) => {
      if (told.type === type) resolve(told as Extract<ToConfig, { type: T }>);
    });
  });
  await act();
  const told = await message;
  listening?.dispose();
  return told;
}

/** What the panel is told when it asks. */
export function asked<T extends ToConfig['type']>(message: FromConfig, type: T): Promise<Extract<ToConfig, { type: T }>> {
  return toldAfter(() => send(message), type);
}

/** Whether the panel shows a choice for an op type. */
export const chooses = ({ opTypes }: ConfigView, op: string, choice: string): boolean => opTypes.some((row) => row.op === op && row.choice === choice);
