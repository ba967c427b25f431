import * as vscode from 'vscode';
import { NotNowError, type Messages } from '../document/messages';
import type { ModelDocument } from '../document/modelDocument';
import type { OpenDocuments } from '../document/openDocuments';
import type { TuningPanels } from '../views/tuningPanels';

/** What commands work with. */
export interface Rooms {
  readonly documents: OpenDocuments;
  readonly messages: Messages;
  readonly tuning: TuningPanels;
  readonly context: vscode.ExtensionContext;
}

export interface Command {
  /** Without the prefix `mixedPrecision.`. */
  readonly id: string;
  run(rooms: Rooms, ...args: readonly unknown[]): unknown;
}

/** What `executeCommand` resolves to: failures are shown to the user and never thrown. */
export type Outcome =
  | { readonly status: 'done'; readonly value: unknown }
  | { readonly status: 'notNow' | 'failed' | 'cancelled'; readonly message: string };

/** A command for the active model. `notNow` says in a sentence why it cannot run, as `enablement` in package.json does with keys. */
export function modelCommand(command: {
  readonly id: string;
  notNow(document: ModelDocument): string | undefined;
  run(document: ModelDocument, rooms: Rooms, ...args: readonly unknown[]): unknown;
}): Command {
  return {
    id: command.id,
    run(rooms, ...args) {
      const document = rooms.documents.active;
      if (document === undefined) throw new NotNowError(vscode.l10n.t('No model is open. Use "Mixed Precision: Open Model…" first.'));
      const reason = command.notNow(document);
      if (reason !== undefined) throw new NotNowError(reason);
      return command.run(document, rooms, ...args);
    },
  };
}
