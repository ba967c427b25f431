import { opArguments } from '../../capabilities/pytorch';
import { DEFAULT_BF16_MODULES, DEFAULT_BF16_OPS, isFree, isHeavy, isRandom, movesData, writesInPlace } from '../../capabilities/pytorchPrecision';
import type { Dialect, ModuleRef } from '../../dialect';
import type { Node } from '../../graph/graph';
import {
  ACTIVATION_RULE, isCast, isDequantize, isQuantize, convertConstant, makeCast, makeConstant, makeQuantizeDequantize, makeQuantizedWeight, WEIGHT_GRID,
} from './boundaryNodes';
import { channelwiseStep, linearOp, withBias } from './channelwise';
import { innerGraph } from './innerGraph';
import { inferShapes } from './inferShapes';
import { constantBehind, isConstant } from './operands';
import { ownRuntime } from './ownRuntime';
import { arithmeticOf, passesOn, repeatKey, withPadding } from './preparation';
import { promotedInputs, withInputType } from './promotedInputs';
import { epilogueActivations, isEpilogue, passesInt8Through, quantizationPattern } from './quantizable';
import { sensitivePatterns } from './sensitive';
import { outputTypes, sourceOf } from './source';
import { decodeTensor } from './storage';
import { kernelFor, typeGroups, withTypes } from './typeGroups';

/** Targets that are no ATen ops: arithmetic on sizes, Python's functions, ops with sub-graphs, quantization. */
const OTHER_OPS = /^(_operator|math|torch|higher_order|quantized_decomposed)\./;

/** Classes of modules begin with a capital letter, with or without the path of where they are defined. */
const MODULE_CLASS = /^(\w+\.)*[A-Z]\w*$/;

/** PyTorch's answers to the questions of the phases, for programs of torch.export. */
export const pytorchDialect: Dialect = {
  framework: 'pytorch',

  scopeOf: ({ name }) => name.split('/').slice(0, -1),
  knowsOp: (op) => opArguments(op) !== undefined || OTHER_OPS.test(op) || MODULE_CLASS.test(op),
  outputTypes,
  inputType: (node, input) => sourceOf(node).inputTypes[input],
  typeGroups,
  kernelFor,
  withTypes,
  promotedInputs,
  withInputType,

  isCast,
  isQuantize,
  isDequantize,
  isQuantized: (node) => isQuantize(node) || isDequantize(node),
  isConstant,
  isInput: (node) => !isConstant(node) && INPUTS.has(node.op),
  isDataMovement: (node) => movesData(node.op),
  computes: ({ op }) => !movesData(op),
  isControlOnly: () => false,
  hasSideEffects,

  constantTensor: (node) => decodeTensor(node.attributes.get('value'), node.name),
  makeConstant,
  convertConstant,
  makeCast,
  makeQuantizeDequantize,
  weightGrid: WEIGHT_GRID,
  fusesQuantize: true,
  activationRule: ACTIVATION_RULE,
  makeQuantizedWeight,
  // Inductor fuses a Dequantize to FP32 and a Cast with what reads them; not one that emits BF16 itself.
  dequantizeAs: () => undefined,
  fetchesByNodeName: false,
  makeTuple: (name) => {
    throw new Error(`${name}: values of an exported program are fetched one by one`);
  },
  constantBehind,

  quantizationPattern,
  passesInt8Through,
  isEpilogue,
  epilogueActivations,

  linearOp,
  channelwiseStep,
  withBias,
  makeBiasAdd: (name) => {
    throw new Error(`${name}: linear ops have their bias themselves`);
  },
  passesOn,
  repeatKey,
  withPadding,
  constantOperation: () => undefined,
  keepsBatchNormBeforeBf16: true,

  defaultBf16Ops: DEFAULT_BF16_OPS,
  defaultBf16Modules: DEFAULT_BF16_MODULES,
  moduleOf,
  isHeavy: (node) => isHeavy(node.op),
  isFree: (node) => isFree(node.op) && sourceOf(node).origin?.isOfPositions !== true,

  arithmeticOf,
  sensitivePatterns,

  isState: (node) => !isConstant(node) && node.attributes.get('value')?.kind === 'tensor',
  innerGraph,
  closesLoop: () => false,
  sharedTypes: () => [],
  nodesInLoops: () => new Set(),
  ownRuntime,
  inferShapes,
};

const INPUTS: ReadonlySet<string> = new Set(['input', 'parameter', 'buffer', 'tensor_constant', 'custom_object', 'token']);

/** Nodes that make their values from nothing are no part of what a module computes. */
function moduleOf(node: Node): ModuleRef | undefined {
  const module = sourceOf(node).origin?.module;
  if (module === undefined || node.inputs.length === 0) return undefined;
  return { path: module.path.replaceAll('.', '/'), type: module.type, call: `${module.path}@${module.call}` };
}

/** Assertions, random numbers, changes in place, and whatever is no op of PyTorch's own stay even if nothing reads them. */
function hasSideEffects({ op }: Node): boolean {
  if (op === 'parameter' || op === 'buffer' || op === 'tensor_constant' || op.startsWith('_operator.') || op.startsWith('quantized_decomposed.')) return false;
  return opArguments(op) === undefined || op.startsWith('aten._assert') || isRandom(op) || writesInPlace(op);
}
