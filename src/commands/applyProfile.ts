import * as vscode from 'vscode';
import { needsCalibration, PROFILES, profileEdits, type ProfileName } from '../engine/config/profiles';
import type { Outcome } from '../engine/conversion';
import type { ModelDocument } from '../document/modelDocument';
import { modelCommand, type Command, type Rooms } from './command';
import { notOpen } from './reasons';

interface Item extends vscode.QuickPickItem {
  readonly profile: ProfileName;
}

/** Asks which, with what each would make of the model; a caller may name it. */
const choose = modelCommand({
  id: 'applyProfile',
  notNow: notOpen,
  async run(document, rooms, given) {
    const profile = PROFILES.find((name) => name === given) ?? (await pick(document));
    if (profile !== undefined) await apply(document, rooms, profile);
  },
});

const direct = PROFILES.map((profile) =>
  modelCommand({ id: `applyProfile.${profile}`, notNow: notOpen, run: (document, rooms) => apply(document, rooms, profile) }),
);

export const profileCommands: readonly Command[] = [choose, ...direct];

async function apply(document: ModelDocument, { messages }: Rooms, profile: ProfileName): Promise<void> {
  await document.editConfig(profileEdits(profile));
  if (lacksData(document, profile)) {
    messages.warn(vscode.l10n.t('Without calibration data no op becomes INT8.'), { [vscode.l10n.t('Choose Data…')]: () => vscode.commands.executeCommand('mixedPrecision.chooseCalibrationData') });
  }
}

/** Whether there is nothing to take the ranges from that the profile's INT8 needs. */
function lacksData({ config: { calibration } }: ModelDocument, profile: ProfileName): boolean {
  return needsCalibration(profile) && calibration.data === undefined && calibration.ranges === undefined;
}

function pick(document: ModelDocument): Promise<ProfileName | undefined> {
  const input = vscode.window.createQuickPick<Item>();
  const items: Item[] = PROFILES.map((profile) => ({ profile, ...textOf(profile) }));
  Object.assign(input, { title: vscode.l10n.t('Start the Config from a Profile'), placeholder: vscode.l10n.t('What you set for single ops and op types stays'), items, matchOnDetail: true });
  return new Promise((resolve) => {
    input.onDidAccept(() => {
      resolve(input.activeItems[0]?.profile);
      input.hide();
    });
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
    void showOutcomes(input, document);
  });
}

/** Fills in, one after the other, what the profiles would give. */
async function showOutcomes(input: vscode.QuickPick<Item>, document: ModelDocument): Promise<void> {
  for (const profile of PROFILES) {
    const outcome = await document.preview(profileEdits(profile)).catch(() => undefined);
    if (outcome === undefined) return;
    const [active] = input.activeItems;
    input.items = input.items.map((item) => (item.profile === profile ? { ...item, description: describe(outcome, document, profile) } : item));
    input.activeItems = input.items.filter((item) => item.profile === active?.profile);
  }
}

function describe({ precision, casts }: Outcome, document: ModelDocument, profile: ProfileName): string {
  const numbers = vscode.l10n.t('{0} INT8, {1} BF16, {2} FP32, Casts: {3}', precision.int8, precision.bf16, precision.fp32, casts.remaining);
  return lacksData(document, profile) ? vscode.l10n.t('{0}, no INT8 without calibration data', numbers) : numbers;
}

function textOf(profile: ProfileName): { readonly label: string; readonly detail: string } {
  const texts: Readonly<Record<ProfileName, { readonly label: string; readonly detail: string }>> = {
    bf16: { label: vscode.l10n.t('All BF16 That Can Be'), detail: vscode.l10n.t('Every op with a BF16 kernel becomes BF16, none INT8. Needs no data.') },
    int8: { label: vscode.l10n.t('INT8 Where Safe'), detail: vscode.l10n.t('What has INT8 kernels and calibrated ranges becomes INT8, the rest stays FP32.') },
    int8_bf16: { label: vscode.l10n.t('INT8, Else BF16'), detail: vscode.l10n.t('As INT8 Where Safe, and what is left becomes BF16 where that is worth its Casts.') },
    accuracy: { label: vscode.l10n.t('Accuracy First'), detail: vscode.l10n.t('BF16 for the ops that gain most from it, FP32 wherever there is a doubt, no INT8: calibration data is taken out.') },
  };
  return texts[profile];
}
