import type { Description } from '../engine/formats/pytorch/checkpoint/describe';
import { descriptionText } from '../engine/formats/pytorch/checkpoint/descriptionText';
import type { Command } from './command';
import { configFrom } from './config';

/** `inspect`: what is in a model. */
export const inspect: Command = {
  usage: 'inspect MODEL [--config FILE] [--json]',
  summary: 'format, inputs, outputs and op types of a model; tensors and modules of a PyTorch file without a graph',
  arguments: ['MODEL'],
  strings: ['config'],
  flags: ['json'],
  async run({ arguments: [model], options, conversion, print, note }) {
    const description = await conversion.describe(model!);
    if (description !== undefined) {
      for (const line of options.json ? [JSON.stringify(summaryOf(description))] : descriptionText(description)) print(line);
      return;
    }
    // It may choose a signature, or other inputs and outputs.
    await conversion.open(model!, await configFrom(options, note));
    const { graph, format } = conversion;
    const remarks = format.remarksOn?.(graph) ?? [];
    const ops = new Map<string, number>();
    for (const node of graph.nodes.values()) ops.set(node.op, (ops.get(node.op) ?? 0) + 1);
    const summary = {
      format: format.name,
      nodes: graph.nodes.size,
      inputs: graph.inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape: shape ?? null })),
      outputs: graph.outputs.map(({ name, dtype }) => ({ name, dtype })),
      ...(graph.signatures && { signatures: graph.signatures.map(({ name, inputs, outputs }) => ({ name, inputs: Object.fromEntries(inputs), outputs: Object.fromEntries(outputs) })) }),
      ...(remarks.length > 0 && { remarks }),
      ops: Object.fromEntries([...ops].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))),
    };
    if (options.json) {
      print(JSON.stringify(summary));
      return;
    }
    print(`${summary.format}, ${summary.nodes} nodes`);
    for (const { name, dtype, shape } of summary.inputs) print(`input   ${name}  ${dtype ?? '?'}  ${shape?.map((size) => (size < 0 ? '?' : size)).join('×') ?? 'unknown shape'}`);
    for (const { name, dtype } of summary.outputs) print(`output  ${name}  ${dtype ?? '?'}`);
    for (const { name, inputs, outputs } of graph.signatures ?? []) print(`signature  ${name}  ${namesText(inputs)} -> ${namesText(outputs)}`);
    for (const remark of remarks) print(`warning: ${remark}`);
    for (const [op, count] of Object.entries(summary.ops)) print(`${String(count).padStart(7)}  ${op}`);
  },
};

/** What a signature calls its inputs or outputs, with the names they have in the graph where these are others: `x=encode_x`. */
function namesText(names: ReadonlyMap<string, string>): string {
  return `(${[...names].map(([name, graphName]) => (name === graphName ? name : `${name}=${graphName}`)).join(', ')})`;
}

/** A file that cannot be converted, for programs. */
function summaryOf({ kind, writtenBy, tensors, modules, recipe, advice }: Description): object {
  return {
    format: kind.title,
    kind: kind.id,
    writtenBy: writtenBy ?? null,
    tensors: tensors.map(({ name, dtype, shape, bytes }) => ({ name, dtype, shape, bytes })),
    modules: modules.map(({ name, type }) => ({ name, type })),
    note: kind.because,
    advice,
    recipe,
  };
}
