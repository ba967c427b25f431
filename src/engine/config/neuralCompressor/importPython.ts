import { UserError } from '../../errors';
import { type Draft, note } from './draft';
import { importMixedPrecision, importPostTraining, importPythonic } from './importV2';
import { importStaticQuant, importTuning } from './importV3';
import { type PythonScript, readPython } from './readPython';
import { type Call, isCall } from './values';

type PythonKind = 'v2-python' | 'v2-pythonic' | 'v3-python';

interface ConfigClass {
  readonly kind: PythonKind;
  readonly read: (call: Call, draft: Draft) => void;
}

const CLASSES: Readonly<Record<string, ConfigClass>> = {
  PostTrainingQuantConfig: { kind: 'v2-python', read: importPostTraining },
  MixedPrecisionConfig: { kind: 'v2-python', read: importMixedPrecision },
  StaticQuantConfig: { kind: 'v3-python', read: importStaticQuant },
  // The function that makes one.
  get_default_static_quant_config: { kind: 'v3-python', read: importStaticQuant },
};
const KNOWN = 'PostTrainingQuantConfig, MixedPrecisionConfig, StaticQuantConfig';
/** Classes whose objects belong to a config that is read. */
const PARTS = [...Object.keys(CLASSES), 'AccuracyCriterion', 'TuningCriterion', 'TuningConfig'];

/**
 * Reads the config of Neural Compressor 2 or 3 that a Python script makes, without running it; of several the last. Throws
 * UserError with the line for a script that makes none.
 */
export function importPython(text: string, file: string, draft: Draft): PythonKind {
  const script = readPython(text, file);
  const configs = configsOf(script);
  const config = configs.at(-1);
  const pythonic = script.others.find(({ named }) => isCall(named.get('quantization')));
  if (config === undefined && pythonic === undefined) throw notFound(script, file);
  const found = config ?? pythonic!;
  const { kind, read } = config === undefined ? { kind: 'v2-pythonic' as const, read: importPythonic } : CLASSES[classOf(config)]!;
  const sum = script.added.find((call) => classOf(call).endsWith('Config'));
  if (sum !== undefined) {
    throw new UserError(`line ${sum.line}: configs that are added to each other cannot be imported`, { file, hint: 'Write one config, with set_local for single ops' });
  }
  read(found, draft);
  for (const tuning of script.calls.filter((call) => classOf(call) === 'TuningConfig')) importTuning(tuning, draft);
  noteRest(script, found, configs, draft);
  return kind;
}

/** The configs that stand for themselves: those given to set_local are part of another one. */
function configsOf({ calls }: PythonScript): Call[] {
  const parts = new Set(calls.flatMap(({ methods }) => methods.flatMap(({ positional, named }) => [...positional, ...named.values()])));
  return calls.filter((call) => Object.hasOwn(CLASSES, classOf(call)) && !parts.has(call));
}

function classOf({ callee }: Call): string {
  return callee.slice(callee.lastIndexOf('.') + 1);
}

/** What else the script does. */
function noteRest({ calls, unreadLines }: PythonScript, config: Call, configs: readonly Call[], draft: Draft): void {
  if (config.callee.includes('.torch.')) note(draft, classOf(config), 'It is for PyTorch: names of modules are taken for names of nodes.');
  for (const other of configs) if (other !== config) note(draft, classOf(other), `Line ${other.line} makes another config: it is left out, as the last one is read.`);
  for (const call of calls) {
    const name = classOf(call);
    if (name.endsWith('Config') && !PARTS.includes(name)) note(draft, name, `Line ${call.line} makes a ${name}, which has no counterpart here: it is left out.`);
  }
  const blockLines = [...new Set(config.blockLines)];
  if (blockLines.length > 0) note(draft, lines(blockLines), 'It stands in a block, such as a function or a condition, and is read as if that ran once.');
  if (unreadLines.length > 0) note(draft, lines(unreadLines), 'Scripts are not run: only literals, and objects made of them, are read.');
}

/** `line 3`, `lines 3, 5, 8 and 4 more`. */
function lines(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 3).join(', ');
  const more = numbers.length > 3 ? ` and ${numbers.length - 3} more` : '';
  return `${numbers.length === 1 ? 'line' : 'lines'} ${shown}${more}`;
}

function notFound({ calls }: PythonScript, file: string): UserError {
  const yaml = calls.flatMap(({ positional }) => positional).find((value) => typeof value === 'string' && /\.ya?ml$/i.test(value));
  if (typeof yaml === 'string') return new UserError(`the script takes its config from ${yaml}`, { file, hint: 'Import that file' });
  const other = calls.findLast((call) => classOf(call).endsWith('Config'));
  if (other !== undefined) return new UserError(`line ${other.line}: a ${classOf(other)} cannot be imported`, { file, hint: `Possible are ${KNOWN}` });
  return new UserError('the script makes no config of Neural Compressor', { file, hint: `Possible are ${KNOWN}, and attributes of config.quantization` });
}
