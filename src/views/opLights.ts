import * as vscode from 'vscode';
import { UserError } from '../engine/errors';
import type { ModelDocument } from '../document/modelDocument';
import { newestOnly } from '../document/newestOnly';
import type { OpQuery, ToConfig } from '../../webview/protocol';
import { textAt } from '../../webview/tables';

/** How many of the ops that match a pattern are named. */
const NAMED = 5;

interface Asked {
  readonly document: ModelDocument;
  readonly query: OpQuery;
  /** The side panel wants to know of the matches, too. */
  readonly isTyped: boolean;
}

/** Finds the ops the side panel points at, and lights them up in the graph of the model. */
export class OpLights {
  /** Whose ops are lit up, or looked for. */
  private document: ModelDocument | undefined;
  private readonly find = newestOnly(
    ({ document, query }: Asked) => document.conversion.find(query),
    (nodes, asked) => this.found(asked, nodes),
    (error, asked) => this.failed(asked, error),
  );

  constructor(
    private readonly post: (message: ToConfig) => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Those a query means; without one it ends. */
  show(document: ModelDocument, query: OpQuery | undefined, isTyped: boolean): void {
    if (query === undefined || document.conversion.graph === undefined) return this.end();
    this.keepTo(document);
    this.document = document;
    this.find({ document, query, isTyped });
  }

  end(): void {
    this.find(undefined);
    this.document?.editors.highlight(undefined);
    this.document = undefined;
  }

  /** Ends what is lit up in another model. */
  keepTo(document: ModelDocument | undefined): void {
    if (this.document !== undefined && this.document !== document) this.end();
  }

  private found({ document, query, isTyped }: Asked, nodes: Int32Array): void {
    const names = document.conversion.graph?.nodes.names;
    document.editors.highlight({ type: 'highlight', nodes, label: labelOf(query, nodes.length) });
    if (!isTyped || !('pattern' in query) || names === undefined) return;
    this.post({ type: 'matches', pattern: query.pattern, count: nodes.length, names: Array.from(nodes.subarray(0, NAMED), (node) => textAt(names, node)) });
  }

  private failed({ query, isTyped }: Asked, error: unknown): void {
    this.end();
    if (!(error instanceof UserError)) this.onError(error);
    else if (isTyped && 'pattern' in query) this.post({ type: 'matches', pattern: query.pattern, count: 0, names: [], problem: error.oneLine });
  }
}

/** What is lit up, in words. */
function labelOf(query: OpQuery, count: number): string {
  if ('opType' in query) return count === 1 ? vscode.l10n.t('1 op of type {0}', query.opType) : vscode.l10n.t('{0} ops of type {1}', count, query.opType);
  return count === 1 ? vscode.l10n.t('1 op matches {0}', query.pattern) : vscode.l10n.t('{0} ops match {1}', count, query.pattern);
}
