import * as vscode from 'vscode';
import { parseConfig } from '../engine/config/parse';
import { CONFIG_SUFFIX } from '../document/configFile';

const SEVERITIES = { error: vscode.DiagnosticSeverity.Error, warning: vscode.DiagnosticSeverity.Warning };

/** Underlines what is wrong in config files that are open as text. */
export function registerConfigDiagnostics(): vscode.Disposable {
  const diagnostics = vscode.languages.createDiagnosticCollection('mixedPrecision');
  const check = (document: vscode.TextDocument) => {
    if (!document.uri.path.endsWith(CONFIG_SUFFIX)) return;
    diagnostics.set(
      document.uri,
      parseConfig(document.getText(), document.uri.fsPath).problems.map(({ offset, length, message, severity }) => {
        const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
        const diagnostic = new vscode.Diagnostic(range, message, SEVERITIES[severity]);
        diagnostic.source = 'Mixed Precision';
        return diagnostic;
      }),
    );
  };
  vscode.workspace.textDocuments.forEach(check);
  return vscode.Disposable.from(
    diagnostics,
    vscode.workspace.onDidOpenTextDocument(check),
    vscode.workspace.onDidChangeTextDocument(({ document }) => check(document)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => diagnostics.delete(uri)),
  );
}
