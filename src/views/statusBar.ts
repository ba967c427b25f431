import * as vscode from 'vscode';
import type { ModelDocument } from '../document/modelDocument';
import type { OpenDocuments } from '../document/openDocuments';

/** Status bar item: the precision mix of the snapshot on view, or the phase that runs. */
export function createStatusBar(documents: OpenDocuments): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('mixedPrecision.status', vscode.StatusBarAlignment.Right, 100);
  item.name = 'Mixed Precision';
  const update = () => {
    const text = documents.active && statusText(documents.active);
    if (text === undefined) {
      item.hide();
      return;
    }
    Object.assign(item, text);
    item.show();
  };
  return vscode.Disposable.from(item, documents.onDidChange(update));
}

function statusText({ name, conversion }: ModelDocument): Pick<vscode.StatusBarItem, 'text' | 'tooltip' | 'command'> | undefined {
  const { running, snapshots, shown } = conversion;
  if (running !== undefined) {
    const percent = running.fraction === undefined ? '' : ` ${Math.round(running.fraction * 100)}%`;
    return { text: `$(loading~spin) ${running.title}${percent}`, tooltip: `${running.message}\n${vscode.l10n.t('Click to cancel')}`.trim(), command: 'mixedPrecision.cancel' };
  }
  const counts = snapshots[shown]?.counts;
  if (counts === undefined) return undefined;
  const { fp32, bf16, int8 } = counts;
  const counted = vscode.l10n.t('{0}: {1} ops in FP32, {2} in BF16, {3} in INT8.', name, fp32, bf16, int8);
  const calibrated = conversion.calibratedBy === undefined ? [] : [vscode.l10n.t('Ranges by {0}.', conversion.calibratedBy)];
  const tooltip = [counted, ...calibrated, vscode.l10n.t('Click for the config')].join('\n');
  return { text: `$(layers) FP32 ${fp32} · BF16 ${bf16} · INT8 ${int8}`, tooltip, command: 'mixedPrecision.openConfig' };
}
