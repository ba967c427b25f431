import { canonicalDomain } from '../../capabilities/onnx';
import { UserError } from '../../errors';
import type { Attribute } from '../../graph/attribute';
import type { Node } from '../../graph/graph';
import { readerOf } from '../protobuf';
import { attributeFromBytes } from './attributes';
import type { NodePart } from './graphParts';
import { innerGraphs } from './innerGraphs';
import { AttributeFrame, type AttributeFrameMessage, FunctionFrame, type FunctionFrameMessage, FunctionProto, type GraphMessage, type NodeMessage, OperatorSetIdProto } from './messages';
import { MODEL, type ModelFile } from './modelFile';

/** The nodes of the model's own functions, and of graphs inside them. Throws UserError for a function that is damaged. */
export function innerFunctionNodes({ bytes, fields }: ModelFile, file: string): NodeMessage[] {
  const found: NodeMessage[] = [];
  for (const { number, start, payload, end } of fields) {
    if (number !== MODEL.functions) continue;
    const { node } = unlessDamaged(start, file, () => FunctionProto.decode(readerOf(bytes.subarray(payload, end))) as unknown as Pick<GraphMessage, 'node'>);
    const waiting = [...node];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      found.push(next);
      for (const { g, graphs } of next.attribute) waiting.push(...(g?.node ?? []), ...graphs.flatMap((graph) => graph.node));
    }
  }
  return found;
}

/** Domain and name of each of the model's own functions, with a space between them. */
export function functionNames({ bytes, fields }: ModelFile): ReadonlySet<string> {
  return new Set(fields.filter(({ number }) => number === MODEL.functions).map(({ payload, end }) => {
    const { domain, name } = FunctionFrame.decode(readerOf(bytes.subarray(payload, end))) as unknown as FunctionFrameMessage;
    return `${canonicalDomain(domain)} ${name}`;
  }));
}

/** A function that calls can be replaced by. */
export interface FunctionPart {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes of calls that say nothing of them. */
  readonly defaults: Node['attributes'];
  readonly nodes: readonly NodePart[];
}

/** What tells a model's own functions apart, and calls of them from other nodes. */
export function functionKey({ domain, name, overload }: { readonly domain: string; readonly name: string; readonly overload: string }): string {
  return JSON.stringify([domain, name, overload]);
}

/**
 * The model's own functions whose nodes can stand in the place of a call: in the operator sets of the model, every name made
 * once, no graphs in their nodes. Throws UserError for one that is damaged.
 */
export function functionsIn({ bytes, fields, opsets }: ModelFile, file: string, nodePart: (message: Uint8Array) => NodePart): ReadonlyMap<string, FunctionPart> {
  const functions = new Map<string, FunctionPart>();
  for (const { number, start, payload, end } of fields) {
    if (number !== MODEL.functions) continue;
    unlessDamaged(start, file, () => {
      const frame = FunctionFrame.decode(readerOf(bytes.subarray(payload, end))) as unknown as FunctionFrameMessage;
      const imports = frame.opsetImport.map((message) => OperatorSetIdProto.decode(readerOf(message)) as unknown as { domain: string; version: number });
      const nodes = frame.node.map(nodePart);
      const isFitting = imports.every(({ domain, version }) => opsets.get(canonicalDomain(domain)) === Number(version));
      if (!isFitting || !isPlain(frame, nodes)) return;
      functions.set(functionKey({ domain: canonicalDomain(frame.domain), name: frame.name, overload: frame.overload }), {
        inputs: frame.input, outputs: frame.output, defaults: new Map(frame.attributeProto.map(attributeFromBytes)), nodes,
      });
    });
  }
  return functions;
}

function unlessDamaged<T>(start: number, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof UserError ? error : new UserError(`the model is damaged at byte ${start}`, { file, hint: 'Download or export the model again' });
  }
}

function isPlain({ input, output }: FunctionFrameMessage, nodes: readonly NodePart[]): boolean {
  const made = nodes.flatMap(({ outputs }) => outputs);
  const names = new Set(made);
  const known = new Set([...input, ...made, '']);
  return names.size === made.length && !names.has('') && input.every((name) => !names.has(name)) && new Set(input).size === input.length
    && output.every((name) => names.has(name)) && new Set(output).size === output.length
    && nodes.every(({ inputs, attributes }) => inputs.every((name) => known.has(name)) && innerGraphs(attributes) === undefined);
}

/** The attributes of a function's node in a call: those that refer to attributes of the call have their values. */
export function attributesInCall(attributes: Node['attributes'], call: Node['attributes'], defaults: Node['attributes']): Node['attributes'] {
  let isSame = true;
  const result = new Map<string, Attribute>();
  for (const [name, attribute] of attributes) {
    const source = referenceOf(attribute);
    if (source === undefined) {
      result.set(name, attribute);
      continue;
    }
    isSame = false;
    const value = call.get(source) ?? defaults.get(source);
    if (value !== undefined) result.set(name, renamed(value, name));
  }
  return isSame ? attributes : result;
}

/** Name of the attribute of the call that an attribute refers to. */
function referenceOf(attribute: Attribute): string | undefined {
  if (attribute.kind !== 'opaque' || !(attribute.source instanceof Uint8Array)) return undefined;
  const { refAttrName } = AttributeFrame.decode(readerOf(attribute.source)) as unknown as AttributeFrameMessage;
  return refAttrName === '' ? undefined : refAttrName;
}

function renamed(attribute: Attribute, name: string): Attribute {
  if (attribute.source === undefined) return attribute;
  const frame = Object.assign(AttributeFrame.decode(readerOf(attribute.source as Uint8Array)), { name });
  return { ...attribute, source: AttributeFrame.encode(frame).finish() };
}
