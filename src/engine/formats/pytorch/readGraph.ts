import { isObject, type Json, type JsonObject } from '../../data/losslessJson';
import { UserError } from '../../errors';
import type { Attribute, PartialShape } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import type { Graph, ModelInput, ModelOutput, Node, ValueRef } from '../../graph/graph';
import { UniqueNames } from '../../graph/uniqueNames';
import { cancelCheck, type Progress } from '../../host';
import { attributeOf, namesIn, unionOf } from './arguments';
import { findTensor, type Spec, tensorOf } from './constants';
import { innermostModule, pathParts } from './modules';
import { checkCall } from './opCall';
import { nodesOfPositions } from './positions';
import { AGAIN, listAt, objectAt, type ProgramFile } from './program';
import { nodesInChangedMemory } from './sharedMemory';
import { type NodeSource, type Origin, type ProgramSource, sourceOf, type StatedValue, type TensorOrigin } from './source';
import { readTensorMeta } from './tensorMeta';

/** Ops of nodes that stand for inputs of the exported graph, by the kind of their InputSpec. */
const INPUT_OPS: Readonly<Record<string, string>> = {
  parameter: 'parameter', buffer: 'buffer', tensor_constant: 'tensor_constant', user_input: 'input', custom_obj: 'custom_object', token: 'token',
};

interface Value {
  readonly ref: ValueRef;
  readonly dtype: DataType | undefined;
}

/**
 * The graph of an exported program (torch/_export/serde/schema.py). A node is named by the path of the module it was
 * traced in and its own name, a parameter by its path. Throws UserError for a graph torch would not load: a value without
 * a type, defined twice or read before it is defined, inputs or outputs that differ from the signature.
 */
export function readGraph(file: ProgramFile, progress: Progress): Graph {
  const reader = new GraphReader(file);
  reader.readInputs();
  reader.readNodes(progress);
  return reader.finish();
}

class GraphReader {
  private readonly nodes = new Map<string, Node>();
  private readonly nodeIds = new UniqueNames();
  private readonly values = new Map<string, Value>();
  private readonly inputs: ModelInput[] = [];
  private readonly graph: JsonObject;
  private readonly signature: JsonObject;
  private readonly tensorValues: JsonObject;

  constructor(private readonly file: ProgramFile) {
    const module = objectAt(file.program, 'graph_module');
    this.graph = objectAt(module, 'graph');
    this.signature = objectAt(module, 'signature');
    this.tensorValues = objectAt(this.graph, 'tensor_values');
  }

  readInputs(): void {
    const inputs = listAt(this.graph, 'inputs');
    const specs = listAt(this.signature, 'input_specs');
    if (inputs.length !== specs.length) {
      throw new UserError(`the graph has ${inputs.length} inputs, but its signature has ${specs.length}`, { hint: AGAIN });
    }
    inputs.forEach((input, index) => this.readInput(input, specs[index]!));
  }

  private readInput(input: Json, message: Json): void {
    const [kind, content] = unionOf(message) ?? [];
    if (!isObject(message) || kind === undefined || !isObject(content)) throw new UserError('an input of the signature cannot be read', { hint: AGAIN });
    const [name, second] = namesIn(input);
    // An input that is a plain number has no value of its own.
    if (name === undefined) return;
    const stated = nameInSpec(content);
    if (second !== undefined || (stated !== undefined && stated !== name)) {
      throw new UserError(`the signature has "${stated ?? '?'}" where the graph has the input "${name}"`, { hint: AGAIN });
    }
    const op = Object.hasOwn(INPUT_OPS, kind) ? INPUT_OPS[kind]! : kind;
    const tensor = this.readConstant([kind, content], name);
    const value = this.statedValue(input, name);
    const node: Node = {
      id: '', name: tensor === undefined ? name : tensor.origin.name.replaceAll('.', '/'), op, inputs: [], controlInputs: [],
      attributes: tensor === undefined ? new Map() : new Map([['value', tensor.value]]),
    };
    this.add(node, { message, outputs: [value], inputs: [], ...(tensor === undefined ? {} : { tensor: tensor.origin }) }, [this.typeOf(input, name)], []);
    const ref = this.values.get(name)!.ref;
    if (op === 'input') this.inputs.push({ name, value: ref, dtype: this.values.get(name)!.dtype, shape: value.shape });
  }

  private readConstant(spec: Spec, value: string): { readonly origin: TensorOrigin; readonly value: Attribute } | undefined {
    const place = tensorOf(spec);
    if (place === undefined) return undefined;
    const found = findTensor(this.file, place.table, place.name);
    const what = `the ${spec[0].replace('_', ' ')} "${place.name}"`;
    if (found === undefined) throw new UserError(`${what} is not among the ${place.table}`, { hint: AGAIN });
    if (spec[0] === 'parameter' && found.origin.entry.get('is_param') !== true) {
      throw new UserError(`${what} is stored as a buffer`, { hint: AGAIN });
    }
    const { dtype } = readTensorMeta(this.tensorValues.get(value), `"${value}"`);
    if (found.value.kind === 'tensor' && found.value.dtype !== dtype) {
      throw new UserError(`${what} is stored as ${found.value.dtype}, but the graph reads it as ${dtype}`, { hint: AGAIN });
    }
    return found;
  }

  readNodes(progress: Progress): void {
    const checkCancelled = cancelCheck(progress);
    const messages = listAt(this.graph, 'nodes');
    for (const [index, message] of messages.entries()) {
      checkCancelled();
      if (index % 1024 === 0) progress.report('Reading nodes', index / messages.length);
      if (!isObject(message)) throw new UserError(`node ${index + 1} of the graph cannot be read`, { hint: AGAIN });
      this.readNode(message, index);
    }
  }

  private readNode(message: JsonObject, index: number): void {
    const target = message.get('target');
    if (typeof target !== 'string') throw new UserError(`node ${index + 1} of the graph has no target`, { hint: AGAIN });
    const outputs = listAt(message, 'outputs');
    const outputNames = outputs.flatMap(namesIn);
    const given = message.get('name');
    const own = typeof given === 'string' ? given : (outputNames[0] ?? `${opOf(target).split('.').at(-1)}_${index}`);
    const metadata = message.get('metadata');
    if (!isObject(metadata)) throw new UserError('it has no metadata, without which torch does not load it', { node: own, hint: AGAIN });
    const stack = metadata.get('nn_module_stack');
    const module = typeof stack === 'string' ? innermostModule(stack) : undefined;

    const { attributes, names } = argumentsOf(message);
    checkCall(opOf(target), attributes, own);
    const read = names.map((name) => this.values.get(name) ?? unknownValue(name, own));
    const values = outputs.flatMap((output) => namesIn(output).map((name) => [output, name] as const));
    const origin: OriginFields = { message, outputs: values.map(([output, name]) => this.statedValue(output, name)), inputs: names, ...(module === undefined ? {} : { module }) };
    const node: Node = {
      id: '', name: [...pathParts(module?.path ?? ''), own].join('/'), op: opOf(target), inputs: read.map(({ ref }) => ref), controlInputs: [], attributes,
    };
    this.add(node, origin, values.map(([output, name]) => this.typeOf(output, name)), read.map(({ dtype }) => dtype));
  }

  /** Adds a node under a name of its own, and its outputs to the values that later nodes can read. */
  private add(node: Node, origin: OriginFields, outputTypes: readonly (DataType | undefined)[], inputTypes: readonly (DataType | undefined)[]): void {
    const id = this.nodeIds.of(node.name);
    const source: NodeSource = { outputTypes, inputTypes, origin: origin as Origin };
    const named: Node = { ...node, id, name: id, source };
    (origin as Origin).original = named;
    this.nodes.set(id, named);
    origin.outputs.forEach(({ name }, output) => {
      if (this.values.has(name)) throw new UserError(`it makes the value "${name}", which there is already`, { node: id, hint: AGAIN });
      this.values.set(name, { ref: { node: id, output }, dtype: outputTypes[output] });
    });
  }

  private statedValue(argument: Json, name: string): StatedValue {
    const shape: PartialShape = isTensor(argument) ? readTensorMeta(this.tensorValues.get(name), `"${name}"`).shape : undefined;
    return { name, shape };
  }

  private typeOf(argument: Json, name: string): DataType | undefined {
    const [tag] = unionOf(argument) ?? [];
    if (tag !== undefined && Object.hasOwn(SYMBOLIC_TYPES, tag)) return SYMBOLIC_TYPES[tag];
    return isTensor(argument) ? readTensorMeta(this.tensorValues.get(name), `"${name}"`).dtype : undefined;
  }

  finish(): Graph {
    const outputs = listAt(this.graph, 'outputs');
    const specs = listAt(this.signature, 'output_specs');
    const stated = specs.map((spec) => nameInSpec(unionOf(spec)?.[1]));
    if (outputs.length !== specs.length) {
      throw new UserError(`the graph has ${outputs.length} outputs, but its signature has ${specs.length}`, { hint: AGAIN });
    }
    const fetched: ModelOutput[] = [];
    const names = new UniqueNames();
    outputs.forEach((output, index) => {
      const [name] = namesIn(output);
      if (name !== stated[index]) throw new UserError(`the signature has the output "${stated[index] ?? '?'}" where the graph has "${name ?? '?'}"`, { hint: AGAIN });
      if (name === undefined) return;
      const { ref, dtype } = this.values.get(name) ?? unknownValue(name, 'output');
      fetched.push({ name: names.of(name), value: ref, dtype });
    });
    const { archive, model, program, tables } = this.file;
    const source = { archive, model, program, tables } as ProgramSource;
    this.markNodes(fetched);
    const graph: Graph = { nodes: this.nodes, inputs: this.inputs, outputs: fetched, source };
    source.original = graph;
    return graph;
  }

  private markNodes(fetched: readonly ModelOutput[]): void {
    const { made, fixed } = nodesInChangedMemory(this.nodes.values(), fetched);
    for (const id of made) sourceOf(this.nodes.get(id)!).origin!.isChanged = true;
    for (const id of fixed) sourceOf(this.nodes.get(id)!).origin!.fixed = IN_CHANGED_MEMORY;
    for (const id of nodesOfPositions(this.nodes.values())) sourceOf(this.nodes.get(id)!).origin!.isOfPositions = true;
  }
}

const IN_CHANGED_MEMORY = 'It shares memory with a value that is changed in place.';

type OriginFields = Omit<Origin, 'original'>;

const SYMBOLIC_TYPES: Readonly<Record<string, DataType>> = { as_sym_int: 'int64', as_sym_float: 'float64', as_sym_bool: 'bool' };

function isTensor(argument: Json): boolean {
  return /^as_(optional_|nested_)?tensors?$/.test(unionOf(argument)?.[0] ?? '');
}

/** `torch.ops.aten.conv2d.default` is `aten.conv2d`; other targets keep their names. */
function opOf(target: string): string {
  return target.replace(/^torch\.ops\./, '').replace(/\.default$/, '');
}

/** The arguments by name, in order, and the names of the values they refer to. */
function argumentsOf(message: JsonObject): { readonly attributes: Map<string, Attribute>; readonly names: readonly string[] } {
  const attributes = new Map<string, Attribute>();
  const names: string[] = [];
  for (const [index, entry] of listAt(message, 'inputs').entries()) {
    if (!isObject(entry)) throw new UserError('an argument of a node cannot be read', { hint: AGAIN });
    const name = entry.get('name');
    // Sub-graphs' operands have empty names.
    const key = typeof name === 'string' && name !== '' && !attributes.has(name) ? name : `argument_${index}`;
    attributes.set(key, attributeOf(entry, names.length));
    names.push(...namesIn(entry.get('arg') ?? null));
  }
  return { attributes, names };
}

/** The name of the value a specification of the signature is about. */
function nameInSpec(content: Json | undefined): string | undefined {
  const argument = isObject(content) ? content.get('arg') : undefined;
  const name = isObject(argument) ? argument.get('name') : undefined;
  return typeof name === 'string' ? name : namesIn(argument ?? null)[0];
}

function unknownValue(name: string, node: string): never {
  throw new UserError(`it reads the value "${name}", which no node before it makes`, { node, hint: AGAIN });
}
