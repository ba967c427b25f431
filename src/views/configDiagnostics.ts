import * as vscode from 'vscode';
import type { OpenDocuments } from '../document/openDocuments';
import type { ConfigProblem } from '../engine/config/problem';
import { isConfig, problemsIn } from './configProblems';

const SOURCE = 'Mixed Precision';
const SEVERITIES: Readonly<Record<ConfigProblem['severity'], vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** Underlines what is wrong in config files that are open as text, except where VS Code's JSON support already does so by the schema. */
export function registerConfigDiagnostics(models: OpenDocuments): vscode.Disposable {
  const diagnostics = vscode.languages.createDiagnosticCollection('mixedPrecision');
  const check = (document: vscode.TextDocument) => {
    if (!isConfig(document)) return;
    const others = vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source !== SOURCE);
    const ours = problemsIn(document, models)
      .filter(({ range }) => !others.some((other) => other.range.intersection(range)))
      .map(({ range, message, severity }) => Object.assign(new vscode.Diagnostic(range, message, SEVERITIES[severity]), { source: SOURCE }));
    // Setting them is a change of diagnostics as well: only what differs is set.
    if (signature(ours) !== signature(diagnostics.get(document.uri) ?? [])) diagnostics.set(document.uri, ours);
  };
  const checkAll = () => vscode.workspace.textDocuments.forEach(check);
  checkAll();
  return vscode.Disposable.from(
    diagnostics,
    models.onDidPlan(checkAll),
    vscode.workspace.onDidOpenTextDocument(check),
    vscode.workspace.onDidChangeTextDocument(({ document }) => check(document)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => diagnostics.delete(uri)),
    vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      const changed = new Set(uris.map(String));
      vscode.workspace.textDocuments.filter(({ uri }) => changed.has(uri.toString())).forEach(check);
    }),
  );
}

function signature(diagnostics: readonly vscode.Diagnostic[]): string {
  return JSON.stringify(diagnostics.map(({ range, message }) => [range, message]));
}
