import * as vscode from 'vscode';
import { CONFIG_SUFFIX } from '../document/configFile';
import type { OpenDocuments } from '../document/openDocuments';
import { parseConfig } from '../engine/config/parse';
import type { ConfigProblem } from '../engine/config/problem';

/** A problem where it is in a document. */
export interface PlacedProblem extends ConfigProblem {
  readonly range: vscode.Range;
}

/**
 * What is wrong with a config file as its text is now. What only an open model tells is among it once that has a plan for this
 * very text: the places of another text would be wrong.
 */
export function problemsIn(document: vscode.TextDocument, models: OpenDocuments): readonly PlacedProblem[] {
  const text = document.getText();
  const problems = models.configProblems(document.uri, text) ?? parseConfig(text, document.uri.fsPath).problems;
  return problems.map((problem) => {
    const range = new vscode.Range(document.positionAt(problem.offset), document.positionAt(problem.offset + problem.length));
    return { ...problem, range };
  });
}

export function isConfig({ uri }: vscode.TextDocument): boolean {
  return uri.path.endsWith(CONFIG_SUFFIX);
}
