import * as vscode from 'vscode';
import { editConfig } from '../document/configEdits';
import { CONFIG_SUFFIX } from '../document/configFile';
import type { OpenDocuments } from '../document/openDocuments';
import { changeTo } from '../document/textEdits';
import type { ConfigFix } from '../engine/config/problem';
import { parseConfig } from '../engine/config/parse';
import { type PlacedProblem, problemsIn } from './configProblems';

/** Offers the ways out of problems of a config file, the first of each as the one to prefer. */
export function registerConfigCodeActions(models: OpenDocuments): vscode.Disposable {
  const provideCodeActions = (document: vscode.TextDocument, range: vscode.Range, { diagnostics }: vscode.CodeActionContext) =>
    problemsIn(document, models)
      .filter((problem) => problem.range.intersection(range) !== undefined)
      .flatMap((problem) => actionsFor(problem, document, diagnostics));
  return vscode.languages.registerCodeActionsProvider({ pattern: `**/*${CONFIG_SUFFIX}` }, { provideCodeActions }, { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] });
}

function actionsFor({ fixes = [], range }: PlacedProblem, document: vscode.TextDocument, shown: readonly vscode.Diagnostic[]): vscode.CodeAction[] {
  const diagnostics = shown.filter((diagnostic) => diagnostic.range.intersection(range) !== undefined);
  return fixes.map((fix, index) => Object.assign(new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix), { edit: editFor(fix, document), diagnostics, isPreferred: index === 0 }));
}

function editFor({ edits }: ConfigFix, document: vscode.TextDocument): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  edit.set(document.uri, [changeTo(document, editConfig(parseConfig(document.getText(), document.uri.fsPath), edits))]);
  return edit;
}
