import type { OpVersion } from '../../capabilities/onnx';
import type { Attribute } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import { readerOf } from '../protobuf';
import { graphsIn, intOf } from './attributes';
import { dataTypeFromEnum } from './dataTypes';
import { GraphProto, type GraphMessage, type ValueInfoMessage } from './messages';
import { groupName, parameterAt } from './signature';

type Type = DataType | undefined;
type Attributes = ReadonlyMap<string, Attribute>;

/** What the types of a node follow from. `inputs` are by slot. */
export interface TypeQuestion {
  readonly op: string;
  readonly definition: OpVersion | undefined;
  readonly attributes: Attributes;
  readonly inputs: readonly Type[];
  readonly outputs: number;
}

/**
 * Element types of a node's inputs (by slot) and outputs: type variables take what is known of the inputs, a few ops say
 * the type of their output in an attribute (onnx/defs). Undefined where nothing tells, and for what is no tensor.
 */
export function inferNodeTypes(question: TypeQuestion): { readonly inputs: readonly Type[]; readonly outputs: readonly Type[] } {
  const { op, definition, inputs, outputs } = question;
  const indices = Array.from({ length: outputs }, (_, index) => index);
  const special = Object.hasOwn(OUTPUT_TYPES, op) ? OUTPUT_TYPES[op] : undefined;
  const stated = special === undefined ? [] : special(question);
  if (definition === undefined) return { inputs, outputs: indices.map((index) => stated[index]) };

  const bound = new Map<string, Type>();
  inputs.forEach((type, slot) => {
    const parameter = parameterAt(definition.inputs, slot);
    const name = parameter === undefined ? undefined : groupName(parameter, slot);
    if (name !== undefined && type !== undefined && !bound.has(name)) bound.set(name, type);
  });
  const typeAt = (side: 'inputs' | 'outputs', slot: number): Type => {
    const parameter = parameterAt(definition[side], slot);
    if (parameter === undefined) return undefined;
    const allowed = definition.types.get(parameter.type);
    if (allowed === undefined) return TENSOR_TYPE.test(parameter.type) ? (parameter.type as DataType) : undefined;
    const own = side === 'outputs' && parameter.isHeterogeneous ? undefined : bound.get(groupName(parameter, slot));
    return own ?? (allowed.size === 1 ? [...allowed][0] : undefined);
  };
  return {
    inputs: inputs.map((type, slot) => type ?? typeAt('inputs', slot)),
    outputs: indices.map((index) => stated[index] ?? typeAt('outputs', index)),
  };
}

/** Element types as the table of ops writes them, which are no type variables: `T`, `tensor(x)`, `seq(…)` are not. */
const TENSOR_TYPE = /^(u?int\d+|float\d+.*|bfloat16|bool|string|complex\d+)$/;

type Rule = (question: TypeQuestion) => readonly Type[];

const typeAttribute = ({ attributes }: TypeQuestion, name: string): Type => dataTypeFromEnum(intOf(attributes, name, 0));
const fromAttribute = (name: string, absent: DataType): Rule => (question) => [typeAttribute(question, name) ?? absent];
const likeInput = (name: string): Rule => (question) => [typeAttribute(question, name) ?? question.inputs[0]];
const window: Rule = fromAttribute('output_datatype', 'float32');

const OUTPUT_TYPES: Readonly<Record<string, Rule>> = {
  Cast: (question) => [typeAttribute(question, 'to')],
  Constant: ({ attributes }) => [constantType(attributes)],
  ConstantOfShape: ({ attributes }) => [tensorType(attributes.get('value')) ?? 'float32'],
  RandomNormal: fromAttribute('dtype', 'float32'),
  RandomUniform: fromAttribute('dtype', 'float32'),
  Multinomial: fromAttribute('dtype', 'int32'),
  RandomNormalLike: likeInput('dtype'),
  RandomUniformLike: likeInput('dtype'),
  Bernoulli: likeInput('dtype'),
  EyeLike: likeInput('dtype'),
  QuantizeLinear: (question) => [question.inputs[2] ?? typeAttribute(question, 'output_dtype') ?? 'uint8'],
  DequantizeLinear: (question) => [typeAttribute(question, 'output_dtype') ?? question.inputs[1]],
  LayerNormalization: ({ inputs, attributes }) => {
    const stash = dataTypeFromEnum(intOf(attributes, 'stash_type', 1));
    return [inputs[0], stash, stash];
  },
  HannWindow: window, HammingWindow: window, BlackmanWindow: window, MelWeightMatrix: window,
  If: ({ attributes }) => graphOutputs(attributes, ['then_branch', 'else_branch']),
  Loop: ({ attributes }) => graphOutputs(attributes, ['body']).slice(1),
  Scan: ({ attributes }) => graphOutputs(attributes, ['body']),
};

function tensorType(attribute: Attribute | undefined): Type {
  return attribute?.kind === 'tensor' ? attribute.dtype : undefined;
}

function constantType(attributes: Attributes): Type {
  if (attributes.has('value_float') || attributes.has('value_floats')) return 'float32';
  if (attributes.has('value_int') || attributes.has('value_ints')) return 'int64';
  if (attributes.has('value_string') || attributes.has('value_strings')) return 'string';
  return tensorType(attributes.get('value'));
}

/** What the graphs among the attributes say of their outputs. */
function graphOutputs(attributes: Attributes, names: readonly string[]): readonly Type[] {
  const types: Type[] = [];
  for (const name of names) {
    const attribute = attributes.get(name);
    const [bytes] = attribute === undefined ? [] : graphsIn(attribute);
    if (bytes === undefined) continue;
    const { output } = GraphProto.decode(readerOf(bytes)) as unknown as GraphMessage;
    output.forEach((info, index) => (types[index] ??= statedType(info)));
  }
  return types;
}

/** The element type a ValueInfoProto states, undefined for what is no tensor. */
export function statedType({ type }: ValueInfoMessage): Type {
  const tensor = type?.tensorType;
  return tensor === undefined || tensor === null ? undefined : dataTypeFromEnum(tensor.elemType);
}
