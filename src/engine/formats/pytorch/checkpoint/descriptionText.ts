import type { NamedModule, NamedTensor } from './contents';
import type { Description } from './describe';

/** A description for people to read, line by line. */
export function descriptionText({ kind, writtenBy, tensors, modules, recipe, advice }: Description): string[] {
  return [
    `${kind.title}${writtenBy === undefined ? '' : `, written by ${writtenBy}`}`,
    ...modules.map(moduleLine),
    ...tensors.map(tensorLine),
    `note    ${kind.because[0]!.toUpperCase()}${kind.because.slice(1)}.`,
    ...(recipe.length === 0 ? [`        ${advice}.`] : ['        To get one that can be converted, run in Python:', ...recipe.map((line) => `          ${line}`)]),
  ];
}

function moduleLine({ name, type, depth }: NamedModule): string {
  return `module  ${'  '.repeat(depth)}${name === '' ? '(the model)' : name}  ${type}`;
}

function tensorLine({ name, dtype, shape, bytes, form }: NamedTensor): string {
  const size = shape.length === 0 ? 'scalar' : shape.join('×');
  return `tensor  ${name === '' ? '(what was saved)' : name}  ${dtype}  ${size}  ${bytes} bytes${form === undefined ? '' : `, ${form}`}`;
}
