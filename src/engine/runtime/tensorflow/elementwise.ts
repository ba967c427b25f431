import { UserError } from '../../errors';
import type { DataType } from '../../graph/dataType';
import { broadcastBinary } from '../broadcasting';
import {
  addLoop, bigintLoop, binaryLoop, divideLoop, multiplyLoop, relu6Loop, reluLoop, roundHalfToEven, subtractLoop, unaryLoop, type BinaryLoop, type UnaryLoop,
} from '../elementLoops';
import type { Operation, Operations } from '../operation';
import { erf, erfc, lgamma, digamma } from '../specialFunctions';
import { allocate, isBigInt, reshaped, type NumberArray } from '../tensors';

/** How a binary op computes on floats, on integers up to 32 bits (default: as floats) and on 64-bit integers. */
interface BinaryArithmetic {
  readonly float?: BinaryLoop;
  readonly integer?: BinaryLoop;
  readonly bigint?: BinaryLoop;
}

function isFloat(dtype: DataType): boolean {
  return dtype === 'float32' || dtype === 'float64';
}

function binary({ float, integer, bigint }: BinaryArithmetic, result?: DataType): Operation {
  return (context) => {
    const [a, b] = [context.input(0), context.input(1)];
    const loop = isBigInt(a) ? bigint : isFloat(a.dtype) ? float : (integer ?? float);
    if (loop === undefined) throw new UserError(`${context.op} of ${a.dtype} is not supported`);
    return [broadcastBinary(a, b, loop, result ?? a.dtype)];
  };
}

function unary(loop: UnaryLoop, bigint?: (x: bigint) => bigint): Operation {
  return (context) => {
    const x = context.input(0);
    const data = allocate(x.dtype, x.data.length);
    if (!isBigInt(x)) loop(data as NumberArray, x.data as NumberArray);
    else if (bigint !== undefined) (x.data as BigInt64Array).forEach((value, index) => ((data as BigInt64Array)[index] = bigint(value)));
    else throw new UserError(`${context.op} of ${x.dtype} is not supported`);
    return [{ dtype: x.dtype, shape: x.shape, data }];
  };
}

function predicate(test: (x: number) => boolean): Operation {
  return (context) => {
    const x = context.input(0);
    return [{ dtype: 'bool', shape: x.shape, data: Uint8Array.from(x.data as Float32Array, (value) => (test(value) ? 1 : 0)) }];
  };
}

function comparison(compare: (x: number, y: number) => boolean): Operation {
  const loop = binaryLoop((x, y) => (compare(x, y) ? 1 : 0));
  return binary({ float: loop, bigint: loop }, 'bool');
}

function nonZero<T extends number | bigint>(divisor: T): T {
  if (Number(divisor) === 0) throw new UserError('Integer division by zero');
  return divisor;
}

/** Quotient rounded towards minus infinity. */
function floorDivide(x: bigint, y: bigint): bigint {
  const quotient = x / nonZero(y);
  return quotient * y !== x && x < 0n !== y < 0n ? quotient - 1n : quotient;
}

/** Remainder with the divisor's sign. */
function floorModulo(x: number, y: number): number {
  const remainder = x % y;
  return remainder !== 0 && remainder < 0 !== y < 0 ? remainder + y : remainder;
}

const maximum = binaryLoop((x, y) => (x !== x ? x : y !== y || y > x ? y : x));
const minimum = binaryLoop((x, y) => (x !== x ? x : y !== y || y < x ? y : x));
const add: BinaryArithmetic = { float: addLoop, bigint: bigintLoop((x, y) => x + y) };
const realDivide: BinaryArithmetic = {
  float: divideLoop,
  integer: binaryLoop((x, y) => Math.trunc(x / nonZero(y))),
  bigint: bigintLoop((x, y) => x / nonZero(y)),
};
const remainder: BinaryArithmetic = {
  float: binaryLoop((x, y) => x % y),
  integer: binaryLoop((x, y) => x % nonZero(y)),
  bigint: bigintLoop((x, y) => x % nonZero(y)),
};
const shift = (number: (x: number, y: number) => number, big: (x: bigint, y: bigint) => bigint): BinaryArithmetic => (
  { integer: binaryLoop(number), bigint: bigintLoop(big) }
);

/** tensor + bias along the channel axis: the last, or the second for NCHW. */
const biasAdd: Operation = (context) => {
  const [x, bias] = [context.input(0), context.input(1)];
  const channelsFirst = context.string('data_format', 'NHWC').startsWith('NC') && x.shape.length > 2;
  const shape = channelsFirst ? [bias.shape[0]!, ...x.shape.slice(2).map(() => 1)] : bias.shape;
  return [broadcastBinary(x, reshaped(bias, shape), addLoop, x.dtype)];
};

/** Sum of any number of tensors of one shape. */
const addN: Operation = (context) => {
  const loop = isBigInt(context.input(0)) ? add.bigint! : addLoop;
  return [context.inputs().reduce((sum, term) => broadcastBinary(sum, term, loop, sum.dtype))];
};

const leakyRelu: Operation = (context) => {
  const alpha = context.float('alpha', 0.2);
  return unary(unaryLoop((x) => (x < 0 ? x * alpha : x)))(context);
};

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const gradient = (f: (a: number, b: number) => number): Operation => binary({ float: binaryLoop(f) });

export const elementwise: Operations = {
  Add: binary(add), AddV2: binary(add), BiasAdd: biasAdd, BiasAddV1: biasAdd, AddN: addN, AccumulateNV2: addN,
  Sub: binary({ float: subtractLoop, bigint: bigintLoop((x, y) => x - y) }),
  Mul: binary({ float: multiplyLoop, integer: binaryLoop(Math.imul), bigint: bigintLoop((x, y) => x * y) }),
  MulNoNan: binary({ float: binaryLoop((x, y) => (y === 0 ? 0 : x * y)) }),
  RealDiv: binary(realDivide), Div: binary(realDivide), TruncateDiv: binary(realDivide),
  DivNoNan: binary({ float: binaryLoop((x, y) => (y === 0 ? 0 : x / y)) }),
  FloorDiv: binary({ float: binaryLoop((x, y) => Math.floor(x / y)), integer: binaryLoop((x, y) => Math.floor(x / nonZero(y))), bigint: bigintLoop(floorDivide) }),
  FloorMod: binary({ float: binaryLoop(floorModulo), integer: binaryLoop((x, y) => floorModulo(x, nonZero(y))), bigint: bigintLoop((x, y) => x - floorDivide(x, y) * y) }),
  Mod: binary(remainder), TruncateMod: binary(remainder),
  Maximum: binary({ float: maximum, bigint: maximum }), Minimum: binary({ float: minimum, bigint: minimum }),
  SquaredDifference: binary({ float: binaryLoop((x, y) => (x - y) * (x - y)), bigint: bigintLoop((x, y) => (x - y) * (x - y)) }),
  Pow: binary({ float: binaryLoop(Math.pow), bigint: bigintLoop((x, y) => x ** y) }),
  Atan2: binary({ float: binaryLoop(Math.atan2) }),
  Xdivy: binary({ float: binaryLoop((x, y) => (x === 0 ? 0 : x / y)) }),
  Xlogy: binary({ float: binaryLoop((x, y) => (x === 0 ? 0 : x * Math.log(y))) }),
  Xlog1py: binary({ float: binaryLoop((x, y) => (x === 0 ? 0 : x * Math.log1p(y))) }),
  BitwiseAnd: binary(shift((x, y) => x & y, (x, y) => x & y)),
  BitwiseOr: binary(shift((x, y) => x | y, (x, y) => x | y)),
  BitwiseXor: binary(shift((x, y) => x ^ y, (x, y) => x ^ y)),
  LeftShift: binary(shift((x, y) => x << y, (x, y) => x << y)),
  RightShift: binary(shift((x, y) => x >> y, (x, y) => x >> y)),
  Invert: unary(unaryLoop((x) => ~x), (x) => ~x),

  Less: comparison((x, y) => x < y), LessEqual: comparison((x, y) => x <= y),
  Greater: comparison((x, y) => x > y), GreaterEqual: comparison((x, y) => x >= y),
  Equal: comparison((x, y) => x === y), NotEqual: comparison((x, y) => x !== y),
  LogicalAnd: comparison((x, y) => x !== 0 && y !== 0), LogicalOr: comparison((x, y) => x !== 0 || y !== 0),
  LogicalNot: predicate((x) => x === 0),
  IsFinite: predicate(Number.isFinite), IsNan: predicate(Number.isNaN), IsInf: predicate((x) => x === Infinity || x === -Infinity),

  Relu: unary(reluLoop), Relu6: unary(relu6Loop), LeakyRelu: leakyRelu,
  Elu: unary(unaryLoop((x) => (x < 0 ? Math.expm1(x) : x))),
  Selu: unary(unaryLoop((x) => SELU_SCALE * (x < 0 ? SELU_ALPHA * Math.expm1(x) : x))),
  Sigmoid: unary(unaryLoop(sigmoid)), Tanh: unary(unaryLoop(Math.tanh)),
  Softplus: unary(unaryLoop(softplus)), Softsign: unary(unaryLoop((x) => x / (1 + Math.abs(x)))),
  Erf: unary(unaryLoop(erf)), Erfc: unary(unaryLoop(erfc)), Lgamma: unary(unaryLoop(lgamma)), Digamma: unary(unaryLoop(digamma)),
  Exp: unary(unaryLoop(Math.exp)), Expm1: unary(unaryLoop(Math.expm1)), Log: unary(unaryLoop(Math.log)), Log1p: unary(unaryLoop(Math.log1p)),
  Sqrt: unary(unaryLoop(Math.sqrt)), Rsqrt: unary(unaryLoop((x) => 1 / Math.sqrt(x))),
  Square: unary(unaryLoop((x) => x * x), (x) => x * x), Neg: unary(unaryLoop((x) => -x), (x) => -x),
  Abs: unary(unaryLoop(Math.abs), (x) => (x < 0n ? -x : x)),
  Sign: unary(unaryLoop(Math.sign), (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n)),
  Reciprocal: unary(unaryLoop((x) => 1 / x)), Inv: unary(unaryLoop((x) => 1 / x)),
  Floor: unary(unaryLoop(Math.floor)), Ceil: unary(unaryLoop(Math.ceil)),
  Round: unary(unaryLoop(roundHalfToEven), (x) => x), Rint: unary(unaryLoop(roundHalfToEven)),
  Sin: unary(unaryLoop(Math.sin)), Cos: unary(unaryLoop(Math.cos)), Tan: unary(unaryLoop(Math.tan)),
  Asin: unary(unaryLoop(Math.asin)), Acos: unary(unaryLoop(Math.acos)), Atan: unary(unaryLoop(Math.atan)),
  Sinh: unary(unaryLoop(Math.sinh)), Cosh: unary(unaryLoop(Math.cosh)),
  Asinh: unary(unaryLoop(Math.asinh)), Acosh: unary(unaryLoop(Math.acosh)), Atanh: unary(unaryLoop(Math.atanh)),

  ReluGrad: gradient((gradient_, x) => (x > 0 ? gradient_ : 0)),
  SigmoidGrad: gradient((y, dy) => dy * y * (1 - y)),
  TanhGrad: gradient((y, dy) => dy * (1 - y * y)),
};

