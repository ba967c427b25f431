import { opDefinition } from '../../capabilities/tensorflow';
import {
  DATA_MOVEMENT_OPS, DEFAULT_BF16_OPS, EPILOGUE_OPS, FREE_OPS, HEAVY_OPS, INT8_PASS_THROUGH_OPS, NO_ARITHMETIC_OPS,
} from '../../capabilities/tensorflowPrecision';
import type { Dialect } from '../../dialect';
import type { Graph, Node } from '../../graph/graph';
import { isSet } from './attributes';
import { dequantizeAs, makeCast, makeConstant, makeQuantizeDequantize, makeQuantizedWeight, makeTuple, WEIGHT_GRID } from './boundaryNodes';
import { channelwiseStep, linearOp, makeBiasAdd } from './channelwise';
import { constantOperation } from './constantOperations';
import { constantBehind, constantFromOutside } from './constants';
import { convertConstant } from './convertedConstant';
import { fusedForm } from './fused/form';
import { kernelFor, withTypes } from './kernels';
import { exitsOfLoops, nodesInLoops } from './loops';
import { ownRuntime } from './ownRuntime';
import { arithmeticOf, passesOn, repeatKey, withPadding } from './preparation';
import { quantizationPattern } from './quantizable';
import { sensitivePatterns } from './sensitive/patterns';
import { inferShapes } from './shapes/inferShapes';
import { sharedTypes } from './sharedTypes';
import { signatureOf } from './signature';
import { decodeTensor } from './tensor';

const INPUT_OPS: ReadonlySet<string> = new Set(['Placeholder', 'PlaceholderV2', 'PlaceholderWithDefault', '_Arg', 'FakeParam']);
const BINARY_EPILOGUES: ReadonlySet<string> = new Set(['Add', 'AddV2', 'BiasAdd']);

/** TensorFlow's answers to the questions of the phases. */
export const tensorflowDialect: Dialect = {
  framework: 'tensorflow',

  scopeOf: ({ name }) => name.split('/').slice(0, -1),
  knowsOp: (op) => opDefinition(op) !== undefined,
  outputTypes: (node) => signatureOf(node).outputs,
  inputType: (node, input) => signatureOf(node).inputs[input],
  typeGroups: (node) => signatureOf(node).groups,
  kernelFor,
  withTypes,

  isCast: (node) => node.op === 'Cast' && !isSet(node, 'Truncate'),
  isQuantize: (node) => node.op === 'QuantizeV2',
  isDequantize: (node) => node.op === 'Dequantize',
  isQuantized: (node) => signatureOf(node).groups.some(({ dtype }) => dtype === 'qint8' || dtype === 'quint8'),
  isConstant: (node) => node.op === 'Const',
  isInput: (node) => INPUT_OPS.has(node.op),
  isDataMovement: (node) => DATA_MOVEMENT_OPS.has(node.op),
  computes: ({ op }) => !NO_ARITHMETIC_OPS.has(op),
  isControlOnly: (node) => opDefinition(node.op)?.outputs.length === 0,
  hasSideEffects: (node) => opDefinition(node.op)?.isStateful ?? true,

  constantTensor: (node) => decodeTensor(node.attributes.get('value'), node.name),
  makeConstant,
  convertConstant,
  makeCast,
  makeQuantizeDequantize,
  weightGrid: WEIGHT_GRID,
  makeQuantizedWeight,
  dequantizeAs,
  fetchesByNodeName: true,
  makeTuple,
  constantBehind,
  constantFromOutside,

  quantizationPattern,
  passesInt8Through: (node) => INT8_PASS_THROUGH_OPS.has(node.op),
  isEpilogue: (node, graph) => EPILOGUE_OPS.has(node.op) && (!BINARY_EPILOGUES.has(node.op) || addsConstant(node, graph)),

  fusedForm,

  linearOp,
  channelwiseStep,
  makeBiasAdd,
  passesOn,
  repeatKey,
  withPadding,
  constantOperation,

  defaultBf16Ops: DEFAULT_BF16_OPS,
  isHeavy: (node) => HEAVY_OPS.has(node.op),
  isFree: (node) => FREE_OPS.has(node.op),

  arithmeticOf,
  sensitivePatterns,

  isState: () => false,
  innerGraph: () => undefined,
  closesLoop: (node) => node.op === 'NextIteration' || node.op === 'RefNextIteration',
  sharedTypes,
  nodesInLoops,
  exitsOfLoops,
  ownRuntime,
  inferShapes,
};

function addsConstant(node: Node, graph: Graph): boolean {
  return node.inputs.filter((value) => constantBehind(graph.nodes, value) === undefined).length === 1;
}
