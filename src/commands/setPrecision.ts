import * as vscode from 'vscode';
import { unitOf } from '../document/configView';
import { NotNowError } from '../document/messages';
import type { ModelDocument } from '../document/modelDocument';
import { precisionEdits, TARGETS, type Target, type Targets } from '../document/precisionEdits';
import type { PrecisionChoice } from '../../webview/protocol';
import { modelCommand, type Command, type Rooms } from './command';
import { notOpen } from './reasons';
import { contextTarget, targetNode } from './target';

const CHOICES: readonly PrecisionChoice[] = ['int8', 'bf16', 'fp32', 'auto'];

const LABELS: Readonly<Record<PrecisionChoice, string>> = { int8: 'INT8', bf16: 'BF16', fp32: 'FP32', auto: 'Auto' };

/** Asks for what is missing: what to set the precision of (the selected op, its group or its op type), and which. For the palette. */
const setPrecision = modelCommand({
  id: 'setPrecision',
  notNow: notOpen,
  async run(document, { messages }, given) {
    const id = await targetNode(document, given);
    if (id === undefined) return;
    const targets = await pickTargets(document, id);
    const choice = targets && (await pickChoice(document, targets));
    if (choice !== undefined) await apply(document, messages, targets!, choice);
  },
});

/** The context menu's `mixedPrecision.setPrecision.op.int8` and so on. */
const chosenAlready = TARGETS.flatMap((target) =>
  CHOICES.map((choice) =>
    modelCommand({
      id: `setPrecision.${target}.${choice}`,
      notNow: notOpen,
      async run(document, { messages }, given) {
        const targets = await targetsOf(document, target, given);
        if (targets !== undefined) await apply(document, messages, targets, choice);
      },
    }),
  ),
);

export const setPrecisionCommands: readonly Command[] = [setPrecision, ...chosenAlready];

async function targetsOf(document: ModelDocument, target: Target, given: unknown): Promise<Targets | undefined> {
  const context = contextTarget(given);
  if (context?.mixedPrecisionTarget === 'group') return { target: 'group', names: context.groups };
  const id = await targetNode(document, given);
  if (id === undefined) return undefined;
  const found = targetsAround(document, id).find((candidate) => candidate.target === target);
  if (found === undefined) throw new NotNowError(vscode.l10n.t('{0} is in no group.', id));
  return found;
}

/** The op itself, the group it is in (if it is in one) and its op type. */
function targetsAround(document: ModelDocument, id: string): readonly Targets[] {
  const op = document.op(id);
  if (op === undefined) throw new NotNowError(vscode.l10n.t('Only ops of the opened model have a precision of their own. Choose one of them.'));
  const unit = unitOf(op, document.configView.pytorchMode);
  const named = { op: unit.name, group: op.group, opType: unit.op };
  return TARGETS.filter((target) => named[target] !== '').map((target) => ({ target, names: [named[target]] }));
}

async function pickTargets(document: ModelDocument, id: string): Promise<Targets | undefined> {
  const isEager = document.configView.pytorchMode === 'eager';
  const labels = {
    op: isEager ? vscode.l10n.t('Its module') : vscode.l10n.t('This op'),
    group: vscode.l10n.t('All ops of its group'),
    opType: isEager ? vscode.l10n.t('All modules of its class') : vscode.l10n.t('All ops of its type'),
  };
  const items = targetsAround(document, id).map((targets) => ({ label: labels[targets.target], description: targets.names[0], targets }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Set the Precision Of') }))?.targets;
}

async function pickChoice(document: ModelDocument, { target, names: [name] }: Targets): Promise<PrecisionChoice | undefined> {
  const op = target === 'opType' ? name : undefined;
  const capability = document.configView.opTypes.find((row) => row.op === op)?.capability;
  const description = (choice: PrecisionChoice): string | undefined => {
    if (choice === 'auto') return vscode.l10n.t('As the defaults say');
    return capability === undefined || choice === 'fp32' || capability.includes(choice) ? undefined : vscode.l10n.t('No {0} can be {1}', op!, LABELS[choice]);
  };
  const items = CHOICES.map((choice) => ({ label: LABELS[choice], description: description(choice), choice }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Set the Precision of {0}', name!) }))?.choice;
}

/** Writes the override, and says what of it the op's kernels or the config itself refuse. */
async function apply(document: ModelDocument, messages: Rooms['messages'], targets: Targets, choice: PrecisionChoice): Promise<void> {
  const areModules = (document.conversion.graph?.nodes.modules.length ?? 0) > 0;
  const warnings = await document.editConfig(precisionEdits({ ...targets, areModules }, choice));
  if (choice === 'bf16' && !document.configView.useBf16) {
    const turnOn = () => document.editConfig([{ path: ['use_bf16'], value: true }]);
    messages.warn(vscode.l10n.t('BF16 is off for this model, so {0} stays as it is.', targets.names.join(', ')), { [vscode.l10n.t('Turn On BF16')]: turnOn });
  } else if (warnings.length > 0) messages.warn(warnings.join('\n'));
}
