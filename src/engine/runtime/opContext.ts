import { UserError } from '../errors';
import type { AttributeValue } from '../graph/attribute';
import type { DataType } from '../graph/dataType';
import type { Node } from '../graph/graph';
import type { Tensor } from '../graph/tensor';
import type { KernelRunner } from '../host';
import { encodeOnnxModel } from './onnxModel';
import type { KernelOperand, OpContext, RuntimeValue } from './operation';

const utf8 = new TextDecoder();

/** The value of each kind of attribute. */
type ValueOf = { [A in Exclude<AttributeValue, { kind: 'opaque' }> as A['kind']]: A['value'] };

/** What a node's row may ask for; `operandKey` is unique to the node in all models of this process. */
export function opContext(
  node: Node, types: readonly (DataType | undefined)[], values: readonly RuntimeValue[], isConstant: readonly boolean[], operandKey: string,
  kernels: KernelRunner,
): OpContext {
  const attribute = <K extends keyof ValueOf>(name: string, kind: K): ValueOf[K] | undefined => {
    const found = node.attributes.get(name);
    return found?.kind === kind ? (found as unknown as { value: ValueOf[K] }).value : undefined;
  };
  const value = (index: number): RuntimeValue => {
    const found = values[index];
    if (found === undefined) throw new UserError(`Input ${index} is missing`);
    return found;
  };
  const input = (index: number): Tensor => tensorOf(value(index), index);
  return {
    op: node.op,
    inputCount: values.length,
    outputType: (index) => types[index],
    value,
    input,
    inputs: (start = 0, end = values.length) => values.slice(start, end).map((_, index) => input(start + index)),
    list(index) {
      const found = value(index);
      if (!('elements' in found)) throw new UserError(`Input ${index} is not a list of tensors`);
      return found;
    },
    operand: (index) => ({ tensor: input(index), constant: isConstant[index]! }),
    attribute: (name) => node.attributes.get(name),
    int: (name, absent) => Number(attribute(name, 'int') ?? absent),
    float: (name, absent) => attribute(name, 'float') ?? absent,
    bool: (name, absent) => attribute(name, 'bool') ?? absent,
    string: (name, absent) => decoded(attribute(name, 'string')) ?? absent,
    type: (name, absent) => attribute(name, 'type') ?? absent,
    shape: (name) => attribute(name, 'shape'),
    ints: (name, absent) => (attribute(name, 'ints') ?? absent).map(Number),
    strings: (name) => (attribute(name, 'strings') ?? []).map((bytes) => utf8.decode(bytes)),
    types: (name) => attribute(name, 'types') ?? [],
    kernel: (signature, nodes, operands) => runKernel(kernels, operandKey, signature, nodes, operands),
  };
}

function tensorOf(value: RuntimeValue, index: number): Tensor {
  if (!('data' in value)) throw new UserError(`Input ${index} is a ${value.dtype}, not a tensor`);
  return value;
}

function decoded(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : utf8.decode(bytes);
}

async function runKernel(
  kernels: KernelRunner, operandKey: string, signature: string, nodes: Parameters<OpContext['kernel']>[1], operands: readonly KernelOperand[],
): Promise<Tensor> {
  const named = operands.map((operand, index) => ({ ...operand, name: `x${index}` }));
  const variable = named.filter((operand) => !operand.constant);
  const constant = named.filter((operand) => operand.constant);
  const types = operands.map((operand) => operand.tensor.dtype).join();
  const key = `${constant.length === 0 ? '' : operandKey}|${signature}|${types}|${constant.map((operand) => operand.name)}`;
  const model = (): Uint8Array => encodeOnnxModel({
    nodes: nodes(),
    inputs: variable.map(({ name, tensor }) => ({ name, dtype: tensor.dtype })),
    initializers: constant,
    outputs: ['y'],
  });
  const [output] = await kernels.run(key, model, variable.map((operand) => operand.tensor));
  return output!;
}
