import { isKnownOnnxOp } from '../../capabilities/onnx';
import {
  DATA_MOVEMENT_OPS, DEFAULT_BF16_OPS, EPILOGUE_OPS, FREE_OPS, HEAVY_OPS, INT8_PASS_THROUGH_OPS, NO_ARITHMETIC_OPS, QUANTIZED_CONTRIB_OPS, QUANTIZED_OPS,
} from '../../capabilities/onnxPrecision';
import type { Dialect } from '../../dialect';
import type { Graph, Node } from '../../graph/graph';
import { convertConstant, makeCast, makeConstant, makeQuantizeDequantize, makeQuantizedBias, makeQuantizedWeight, WEIGHT_GRID } from './boundaryNodes';
import { channelwiseStep, linearOp, makeBiasAdd, withBias } from './channelwise';
import { constantOperation } from './constantOperations';
import { constantBehind } from './constants';
import { kernelFor, withTypes } from './kernels';
import { domainOf, isConstantNode, isOp, outputTypes, sourceOf } from './node';
import { sharedTypes } from './passages';
import { arithmeticOf, passesOn, readsByName, repeatKey, withPadding } from './preparation';
import { quantizationPattern } from './quantizable';
import { observable } from './observe';
import { sensitivePatterns } from './sensitive/patterns';
import { whyNotRun, wholeModel } from './runnable';
import { inferShapes } from './shapes/inferShapes';
import { definitionOf, typeGroups } from './signature';
import { decodeTensor } from './tensor';

const NONE: ReadonlySet<string> = new Set();

/** ONNX's answers to the questions of the phases. */
export const onnxDialect: Dialect = {
  framework: 'onnx',

  scopeOf: ({ name }) => name.split('/').filter((part) => part !== '').slice(0, -1),
  knowsOp: isKnownOnnxOp,
  outputTypes,
  inputType: (node, input) => sourceOf(node).inputTypes[input],
  typeGroups,
  kernelFor,
  withTypes,

  isCast: (node) => node.op === 'Cast' && isStandard(node),
  isQuantize: (node) => node.op === 'QuantizeLinear',
  isDequantize: (node) => node.op === 'DequantizeLinear',
  isQuantized: (node) => isOp(node, QUANTIZED_OPS) || (domainOf(node) === 'com.microsoft' && QUANTIZED_CONTRIB_OPS.test(node.op)),
  isConstant: isConstantNode,
  isInput: (node) => sourceOf(node).kind === 'input' || sourceOf(node).kind === 'parameter',
  takesTypeAround: (node) => sourceOf(node).kind === 'parameter',
  isDataMovement: (node) => isOp(node, DATA_MOVEMENT_OPS),
  computes: (node) => !isOp(node, NO_ARITHMETIC_OPS),
  isControlOnly: () => false,
  hasSideEffects: (node) => sourceOf(node).kind === 'node' && definitionOf(node) === undefined,

  constantTensor: (node) => decodeTensor(node.attributes.get('value'), node.name),
  makeConstant,
  convertConstant,
  makeCast,
  makeQuantizeDequantize,
  weightGrid: WEIGHT_GRID,
  fusesQuantize: true,
  makeQuantizedWeight,
  makeQuantizedBias,
  // Emitting BF16 would round its scale to BF16 as well.
  dequantizeAs: () => undefined,

  quantizationPattern,
  passesInt8Through: (node) => isOp(node, INT8_PASS_THROUGH_OPS),
  isEpilogue: (node, graph) => isOp(node, EPILOGUE_OPS) && (node.op !== 'Add' || addsConstant(node, graph)),

  linearOp,
  channelwiseStep,
  withBias,
  makeBiasAdd,
  passesOn,
  repeatKey,
  runsInside: (node) => sourceOf(node).home !== undefined,
  readsByName,
  withPadding,
  constantOperation,

  emulatesBfloat16: true,
  defaultBf16Ops: DEFAULT_BF16_OPS,
  isHeavy: (node) => isOp(node, HEAVY_OPS),
  isFree: (node) => isOp(node, FREE_OPS),

  arithmeticOf,
  sensitivePatterns,

  constantBehind,
  fetchesByNodeName: false,
  makeTuple: (name) => {
    throw new Error(`${name}: values are fetched by their own names`);
  },
  isState: () => false,
  innerGraph: () => undefined,
  observable,
  whyNotRun,
  closesLoop: () => false,
  sharedTypes: (graph) => sharedTypes(graph, typeGroups),
  nodesInLoops: () => NONE,
  wholeModel,
  inferShapes,
};

function isStandard(node: Node): boolean {
  return domainOf(node) === '' && sourceOf(node).kind === 'node';
}

function addsConstant(node: Node, graph: Graph): boolean {
  return node.inputs.filter((value) => constantBehind(graph.nodes, value) === undefined).length === 1;
}
