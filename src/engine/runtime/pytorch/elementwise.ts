import { UserError } from '../../errors';
import type { DataType } from '../../graph/dataType';
import type { Tensor } from '../../graph/tensor';
import { broadcastBinary } from '../broadcasting';
import { converted } from '../conversion';
import { addLoop, bigintLoop, binaryLoop, divideLoop, multiplyLoop, roundHalfToEven, subtractLoop, unaryLoop, type BinaryLoop, type UnaryLoop } from '../elementLoops';
import { erf } from '../specialFunctions';
import { allocate, isBigInt, type NumberArray } from '../tensors';
import type { Call, CallOperation, CallOperations } from './call';
import { asFloat, promoted } from './promotion';

/** How a binary op computes on numbers and on 64-bit integers. */
interface Loops {
  readonly number: BinaryLoop;
  readonly big: BinaryLoop;
}

const loops = (number: (x: number, y: number) => number, big: (x: bigint, y: bigint) => bigint | number): Loops => (
  { number: binaryLoop(number), big: bigintLoop(big) }
);
const realOnly = (f: (x: number, y: number) => number): Loops => loops(f, () => { throw new UserError('The op needs floats'); });

function combined(a: Tensor, b: Tensor, { number, big }: Loops, result: DataType = a.dtype): Tensor {
  return broadcastBinary(a, b, isBigInt(a) ? big : number, result);
}

const add: Loops = { number: addLoop, big: bigintLoop((x, y) => x + y) };
const subtract: Loops = { number: subtractLoop, big: bigintLoop((x, y) => x - y) };
const multiply: Loops = { number: multiplyLoop, big: bigintLoop((x, y) => x * y) };
const imul: Loops = { number: binaryLoop(Math.imul), big: multiply.big };

/** self + alpha · other, or the difference. */
function sum(direction: Loops, reversed = false): CallOperation {
  return (call) => {
    const [a, b] = promoted([call.term(reversed ? 'other' : 'self'), call.term(reversed ? 'self' : 'other')]) as [Tensor, Tensor];
    if (!call.has('alpha')) return combined(a, b, direction);
    const alpha = converted(call.term('alpha').tensor, b.dtype);
    return combined(a, combined(b, alpha, multiply), direction);
  };
}

const product: CallOperation = (call) => {
  const [a, b] = promoted([call.term('self'), call.term('other')]) as [Tensor, Tensor];
  return combined(a, b, a.dtype === 'int32' ? imul : multiply);
};

function nonZero<T extends number | bigint>(divisor: T): T {
  if (Number(divisor) === 0) throw new UserError('Integer division by zero');
  return divisor;
}

function floorDivided(x: bigint, y: bigint): bigint {
  const quotient = x / nonZero(y);
  return quotient * y !== x && x < 0n !== y < 0n ? quotient - 1n : quotient;
}

const floorDivide = loops((x, y) => Math.floor(x / y), floorDivided);
const truncDivide = loops((x, y) => Math.trunc(x / y), (x, y) => x / nonZero(y));
const remainder = loops((x, y) => {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
}, (x, y) => x - floorDivided(x, y) * y);

/** True division of integers gives floats; a rounding mode keeps their type. */
const divide: CallOperation = (call) => {
  const mode = call.text('rounding_mode', '');
  const [a, b] = promoted([call.term('self'), call.term('other')], mode === '') as [Tensor, Tensor];
  if (mode === '') return broadcastBinary(a, b, divideLoop, a.dtype);
  return combined(a, b, mode === 'floor' ? floorDivide : truncDivide);
};

function binary(arithmetic: Loops, atLeastFloat = false): CallOperation {
  return (call) => {
    const [a, b] = promoted([call.term('self'), call.term('other')], atLeastFloat) as [Tensor, Tensor];
    return combined(a, b, arithmetic);
  };
}

/** Compares after promotion; the result is bool. */
function comparison(holds: (x: number, y: number) => boolean): CallOperation {
  const loop = binaryLoop((x, y) => (holds(x, y) ? 1 : 0));
  return (call) => {
    const [a, b] = promoted([call.term('self'), call.term('other')]) as [Tensor, Tensor];
    return broadcastBinary(a, b, loop, 'bool');
  };
}

function logical(holds: (x: boolean, y: boolean) => boolean): CallOperation {
  const loop = binaryLoop((x, y) => (holds(Boolean(x), Boolean(y)) ? 1 : 0));
  return (call) => broadcastBinary(converted(call.tensor('self'), 'bool'), converted(call.tensor('other'), 'bool'), loop, 'bool');
}

const power: CallOperation = (call) => {
  const [a, b] = promoted([call.term('self'), call.term('exponent')]) as [Tensor, Tensor];
  return combined(a, b, loops(Math.pow, (x, y) => (y < 0n ? BigInt(Math.trunc(Number(x) ** Number(y))) : x ** y)));
};

/** Applies a loop; floats in, floats out. */
export function mapped(x: Tensor, loop: UnaryLoop): Tensor {
  const data = allocate(x.dtype, x.data.length);
  loop(data as NumberArray, x.data as NumberArray);
  return { dtype: x.dtype, shape: x.shape, data };
}

/** A function of real numbers: integers become float32. */
function real(f: (x: number) => number): CallOperation {
  const loop = unaryLoop(f);
  return (call) => mapped(asFloat(call.tensor('self')), loop);
}

/** A function that keeps the type. */
function keeping(f: (x: number) => number, big: (x: bigint) => bigint): CallOperation {
  return (call) => {
    const x = call.tensor('self');
    if (!isBigInt(x)) return mapped(x, unaryLoop(f));
    const data = (x.data as BigInt64Array).slice();
    data.forEach((value, index) => (data[index] = big(value)));
    return { ...x, data };
  };
}

function test(holds: (x: number) => boolean): CallOperation {
  return (call) => {
    const x = call.tensor('self');
    return { dtype: 'bool', shape: x.shape, data: Uint8Array.from(x.data as ArrayLike<number>, (value) => (holds(Number(value)) ? 1 : 0)) };
  };
}

/** Not of flags, complement of integers. */
const bitwiseNot: CallOperation = (call) => {
  const isFlag = call.tensor('self').dtype === 'bool';
  return keeping((x) => (isFlag ? 1 - x : ~x), (x) => ~x)(call);
};

const round: CallOperation = (call) => {
  const scale = 10 ** call.number('decimals', 0);
  return keeping((x) => roundHalfToEven(x * scale) / scale, (x) => x)(call);
};

const larger = (x: number, y: number): number => (x !== x ? x : y !== y || y > x ? y : x);
const smaller = (x: number, y: number): number => (x !== x ? x : y !== y || y < x ? y : x);
const maximum = loops(larger, (x, y) => (y > x ? y : x));
const minimum = loops(smaller, (x, y) => (y < x ? y : x));

/** Limits from both sides, each of which may be missing; NaN stays. */
const clamp = (lower: string | undefined, upper: string | undefined): CallOperation => (call: Call) => {
  const bounds = [lower, upper].map((name) => (name !== undefined && call.has(name) ? call.term(name) : undefined));
  const self = { tensor: call.tensor('self'), isNumber: false };
  const [x, ...limits] = promoted([self, ...bounds.filter((bound) => bound !== undefined)]) as [Tensor, ...Tensor[]];
  const raised = bounds[0] === undefined ? x : combined(x, limits.shift()!, maximum);
  return bounds[1] === undefined ? raised : combined(raised, limits.shift()!, minimum);
};

/** self + value · tensor1 · tensor2, or the quotient. */
function addCombined(inner: Loops): CallOperation {
  return (call) => {
    const [x, a, b] = promoted([call.term('self'), call.term('tensor1'), call.term('tensor2')]) as [Tensor, Tensor, Tensor];
    const inside = combined(a, b, inner);
    return combined(x, call.has('value') ? combined(inside, converted(call.term('value').tensor, x.dtype), multiply) : inside, add);
  };
}

const lerp: CallOperation = (call) => {
  const [a, b, weight] = promoted([call.term('self'), call.term('end'), call.term('weight')], true) as [Tensor, Tensor, Tensor];
  return combined(a, combined(combined(b, a, subtract), weight, multiply), add);
};

const both = (name: string, compute: CallOperation, ...overloads: string[]): CallOperations => (
  Object.fromEntries((overloads.length === 0 ? ['Tensor', 'Scalar'] : overloads).map((overload) => [overload === '' ? name : `${name}.${overload}`, compute]))
);
const and = loops((x, y) => x & y, (x, y) => x & y);
const or = loops((x, y) => x | y, (x, y) => x | y);
const divideBig: Loops = { number: divideLoop, big: bigintLoop((x, y) => x / nonZero(y)) };

/** Arithmetic, comparisons and functions of one number; each also exists in place (`add_.Tensor`). */
export const elementwise: CallOperations = {
  ...both('aten.add', sum(add)), ...both('aten.sub', sum(subtract)), ...both('aten.rsub', sum(subtract, true)), ...both('aten.subtract', sum(subtract)),
  ...both('aten.mul', product), ...both('aten.multiply', product),
  ...both('aten.div', divide, 'Tensor', 'Scalar', 'Tensor_mode', 'Scalar_mode'), ...both('aten.divide', divide), ...both('aten.true_divide', divide),
  ...both('aten.floor_divide', binary(floorDivide), '', 'Scalar'), ...both('aten.remainder', binary(remainder), 'Tensor', 'Scalar', 'Scalar_Tensor'),
  ...both('aten.fmod', binary(loops((x, y) => x % y, (x, y) => x % nonZero(y)))),
  ...both('aten.pow', power, 'Tensor_Scalar', 'Tensor_Tensor', 'Scalar'), 'aten.square': keeping((x) => x * x, (x) => x * x),
  'aten.atan2': binary(realOnly(Math.atan2), true), 'aten.addcmul': addCombined(multiply), 'aten.addcdiv': addCombined(divideBig),
  ...both('aten.lerp', lerp),
  'aten.maximum': binary(maximum), 'aten.minimum': binary(minimum), 'aten.max.other': binary(maximum), 'aten.min.other': binary(minimum),
  ...both('aten.clamp', clamp('min', 'max'), '', 'Tensor'), 'aten.clip': clamp('min', 'max'),
  ...both('aten.clamp_min', clamp('min', undefined), '', 'Tensor'), ...both('aten.clamp_max', clamp(undefined, 'max'), '', 'Tensor'),
  ...both('aten.eq', comparison((x, y) => x === y)), ...both('aten.ne', comparison((x, y) => x !== y)),
  ...both('aten.lt', comparison((x, y) => x < y)), ...both('aten.le', comparison((x, y) => x <= y)),
  ...both('aten.gt', comparison((x, y) => x > y)), ...both('aten.ge', comparison((x, y) => x >= y)),
  'aten.logical_and': logical((x, y) => x && y), 'aten.logical_or': logical((x, y) => x || y), 'aten.logical_xor': logical((x, y) => x !== y),
  'aten.logical_not': test((x) => x === 0), 'aten.bitwise_not': bitwiseNot,
  ...both('aten.bitwise_and', binary(and)), ...both('aten.__and__', binary(and)), ...both('aten.bitwise_or', binary(or)), ...both('aten.__or__', binary(or)),
  ...both('aten.bitwise_xor', binary(loops((x, y) => x ^ y, (x, y) => x ^ y))),
  'aten.isnan': test(Number.isNaN), 'aten.isinf': test((x) => x === Infinity || x === -Infinity), 'aten.isfinite': test(Number.isFinite),

  'aten.abs': keeping(Math.abs, (x) => (x < 0n ? -x : x)), 'aten.neg': keeping((x) => -x, (x) => -x),
  'aten.sign': keeping(Math.sign, (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n)),
  'aten.floor': keeping(Math.floor, (x) => x), 'aten.ceil': keeping(Math.ceil, (x) => x), 'aten.trunc': keeping(Math.trunc, (x) => x),
  ...both('aten.round', round, '', 'decimals'),
  'aten.exp': real(Math.exp), 'aten.exp2': real((x) => 2 ** x), 'aten.expm1': real(Math.expm1),
  'aten.log': real(Math.log), 'aten.log2': real(Math.log2), 'aten.log10': real(Math.log10), 'aten.log1p': real(Math.log1p),
  'aten.sqrt': real(Math.sqrt), 'aten.rsqrt': real((x) => 1 / Math.sqrt(x)), 'aten.reciprocal': real((x) => 1 / x),
  'aten.sin': real(Math.sin), 'aten.cos': real(Math.cos), 'aten.tan': real(Math.tan),
  'aten.asin': real(Math.asin), 'aten.acos': real(Math.acos), 'aten.atan': real(Math.atan),
  'aten.sinh': real(Math.sinh), 'aten.cosh': real(Math.cosh), 'aten.tanh': real(Math.tanh),
  'aten.erf': real(erf), 'aten.sigmoid': real((x) => 1 / (1 + Math.exp(-x))),
};
