import type { Contents } from './contents';
import { entriesOf, entry, type PickleValue } from './pickleValues';

/** Where trainings keep the weights, most usual first. */
const WEIGHT_KEYS = ['state_dict', 'model_state_dict', 'model_state', 'model', 'net', 'weights'];

/** The key under which a saved dict holds the weights of a model; undefined where it is the weights itself. */
export function keyOfWeights(value: PickleValue, { tensors }: Contents): string | undefined {
  const holds = (key: string): boolean => tensors.some(({ name }) => name.startsWith(`${key}.`));
  const keys = topKeys(value);
  if (tensors.some(({ name }) => keys.includes(name))) return undefined;
  return WEIGHT_KEYS.find((key) => keys.includes(key) && holds(key));
}

/** The key under which a saved dict holds a whole model; undefined where the model is what was saved. */
export function keyOfModule(value: PickleValue, { modules }: Contents): string | undefined {
  const name = modules[0]?.name;
  return topKeys(value).find((key) => key === name);
}

/** The program that wrote what was saved, where it left its version. */
export function writerOf(value: PickleValue): string | undefined {
  const lightning = entry(value, 'pytorch-lightning_version');
  if (typeof lightning === 'string') return `PyTorch Lightning ${lightning}`;
  const version = entry(value, 'version');
  return typeof version === 'string' && entry(value, 'train_args') !== undefined ? `Ultralytics ${version}` : undefined;
}

function topKeys(value: PickleValue): string[] {
  return (entriesOf(value) ?? []).flatMap(([key]) => (typeof key === 'string' ? [key] : []));
}
