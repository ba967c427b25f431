import { UserError } from '../../errors';
import type { Attribute, Operand } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import type { Tensor } from '../../graph/tensor';
import type { KernelOperand, OpContext, Operation, Operations, RuntimeValue } from '../operation';
import { scalarOf } from '../tensors';

/** An argument that takes part in type promotion: a tensor, or a Python number as a tensor without axes. */
export interface Term {
  readonly tensor: Tensor;
  readonly isNumber: boolean;
}

/**
 * A call of an ATen operator: its arguments by the names of the operator's schema
 * (aten/src/ATen/native/native_functions.yaml). Symbolic sizes are values of the graph and read like plain numbers.
 * The methods for arguments that must be there throw UserError naming those that are not.
 */
export interface Call {
  readonly op: string;
  has(name: string): boolean;
  tensor(name: string): Tensor;
  optional(name: string): Tensor | undefined;
  tensors(name: string): Tensor[];
  optionals(name: string): (Tensor | undefined)[];
  operand(name: string): KernelOperand;
  term(name: string): Term;
  /** A number, or `absent` where the argument is left out or None. */
  number(name: string, absent: number): number;
  /** A list of numbers; a single number is a list of one. */
  numbers(name: string, absent: readonly number[]): number[];
  flag(name: string, absent: boolean): boolean;
  text(name: string, absent: string): string;
  type(name: string): DataType | undefined;
  readonly kernel: OpContext['kernel'];
  readonly context: OpContext;
}

/** Computes a call: one tensor, or the outputs in order. */
export type CallOperation = (call: Call) => RuntimeValue | RuntimeValue[] | Promise<RuntimeValue | RuntimeValue[]>;
export type CallOperations = Readonly<Record<string, CallOperation>>;

/** The rows of an op table from operations on calls. */
export function rows(operations: CallOperations): Operations {
  return Object.fromEntries(Object.entries(operations).map(([name, compute]): [string, Operation] => [name, async (context) => {
    const result = await compute(callOf(context));
    return Array.isArray(result) ? result : [result];
  }]));
}

const utf8 = new TextDecoder();

/** `context` read by the names of arguments. */
export function callOf(context: OpContext): Call {
  const argument = (name: string): Attribute | undefined => {
    const found = context.attribute(name);
    if (found?.kind === 'opaque' || (found?.kind === 'operands' && !found.isList && (found.value[0] ?? null) === null)) return undefined;
    return found;
  };
  const operandsOf = (name: string): readonly Operand[] => {
    const found = argument(name);
    return found?.kind === 'operands' ? found.value : [];
  };
  const inputOf = (name: string): number => {
    const operand = operandsOf(name)[0];
    if (typeof operand !== 'object' || operand === null) throw new UserError(`Argument "${name}" is not a tensor`);
    return operand.input;
  };
  const tensorAt = (operand: Operand): Tensor | undefined => {
    if (operand === null) return undefined;
    return typeof operand === 'object' ? context.input(operand.input) : numberTensor(operand);
  };
  const numberAt = (operand: Operand): number => (typeof operand === 'object' && operand !== null ? scalarOf(context.input(operand.input)) : Number(operand));
  const numbers = (name: string, absent: readonly number[]): number[] => {
    const found = argument(name);
    if (found === undefined) return [...absent];
    if (found.kind === 'operands') return found.value.map(numberAt);
    if (found.kind === 'ints' || found.kind === 'floats' || found.kind === 'bools') return found.value.map(Number);
    if (found.kind === 'int' || found.kind === 'float' || found.kind === 'bool') return [Number(found.value)];
    throw new UserError(`Argument "${name}" is not a list of numbers`);
  };
  return {
    op: context.op,
    context,
    kernel: (signature, nodes, operands) => context.kernel(signature, nodes, operands),
    has: (name) => argument(name) !== undefined,
    tensor: (name) => context.input(inputOf(name)),
    optional: (name) => (operandsOf(name).length === 0 ? undefined : context.input(inputOf(name))),
    tensors: (name) => operandsOf(name).flatMap((operand) => tensorAt(operand) ?? []),
    optionals: (name) => operandsOf(name).map(tensorAt),
    operand: (name) => context.operand(inputOf(name)),
    term(name) {
      const found = argument(name);
      if (found?.kind === 'int' || found?.kind === 'float' || found?.kind === 'bool') return { tensor: numberTensor(found.value, found.kind), isNumber: true };
      const operand = operandsOf(name)[0] ?? null;
      if (operand === null) throw new UserError(`Argument "${name}" is missing`);
      return { tensor: tensorAt(operand)!, isNumber: typeof operand !== 'object' };
    },
    number: (name, absent) => (argument(name) === undefined ? absent : numbers(name, [])[0]!),
    numbers,
    flag: (name, absent) => (argument(name) === undefined ? absent : numbers(name, [])[0] !== 0),
    text(name, absent) {
      const found = argument(name);
      return found?.kind === 'string' ? utf8.decode(found.value) : absent;
    },
    type(name) {
      const found = argument(name);
      return found?.kind === 'type' ? found.value : undefined;
    },
  };
}

/** A Python number as PyTorch takes it: int64, the default float32, or bool. */
function numberTensor(value: number | bigint | boolean, kind?: 'int' | 'float' | 'bool'): Tensor {
  if (typeof value === 'boolean') return { dtype: 'bool', shape: [], data: Uint8Array.of(value ? 1 : 0) };
  const isInteger = typeof value === 'bigint' || (kind ?? (Number.isInteger(value) ? 'int' : 'float')) === 'int';
  if (isInteger) return { dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(value)) };
  return { dtype: 'float64', shape: [], data: Float64Array.of(Number(value)) };
}
