import * as vscode from 'vscode';
import { parseConfig } from '../engine/config/parse';
import { CONFIG_SUFFIX } from '../document/configFile';

const SOURCE = 'Mixed Precision';
const SEVERITIES = { error: vscode.DiagnosticSeverity.Error, warning: vscode.DiagnosticSeverity.Warning, information: vscode.DiagnosticSeverity.Information };

/** Underlines what is wrong in config files that are open as text, except where VS Code's JSON support already does so by the schema. */
export function registerConfigDiagnostics(): vscode.Disposable {
  const diagnostics = vscode.languages.createDiagnosticCollection('mixedPrecision');
  const check = (document: vscode.TextDocument) => {
    if (!document.uri.path.endsWith(CONFIG_SUFFIX)) return;
    const others = vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source !== SOURCE);
    const ours = findProblems(document).filter(({ range }) => !others.some((other) => other.range.intersection(range)));
    // Setting them is a change of diagnostics as well: only what differs is set.
    if (signature(ours) !== signature(diagnostics.get(document.uri) ?? [])) diagnostics.set(document.uri, ours);
  };
  vscode.workspace.textDocuments.forEach(check);
  return vscode.Disposable.from(
    diagnostics,
    vscode.workspace.onDidOpenTextDocument(check),
    vscode.workspace.onDidChangeTextDocument(({ document }) => check(document)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => diagnostics.delete(uri)),
    vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      const changed = new Set(uris.map(String));
      vscode.workspace.textDocuments.filter(({ uri }) => changed.has(uri.toString())).forEach(check);
    }),
  );
}

function findProblems(document: vscode.TextDocument): readonly vscode.Diagnostic[] {
  return parseConfig(document.getText(), document.uri.fsPath).problems.map(({ offset, length, message, severity }) => {
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
    return Object.assign(new vscode.Diagnostic(range, message, SEVERITIES[severity]), { source: SOURCE });
  });
}

function signature(diagnostics: readonly vscode.Diagnostic[]): string {
  return JSON.stringify(diagnostics.map(({ range, message }) => [range, message]));
}
