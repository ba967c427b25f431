import type { FusedForm } from './fusedForm';
import type { PartialShape } from './graph/attribute';
import type { DataType } from './graph/dataType';
import type { UniqueName } from './graph/freeName';
import type { Graph, Node, NodeTable, ValueRef } from './graph/graph';
import type { Tensor } from './graph/tensor';
import type { ChannelPosition, ChannelwiseStep, LinearOp } from './linearOp';
import type { OwnRuntime, WholeModel, WholeModelRequest } from './modelRun';
import type { ActivationGrid, ActivationRule, QuantizationPattern, QuantizedWeight, WeightGrid } from './quantization';

/**
 * A set of inputs and outputs of one node that share one element type: a TensorFlow type attribute (or one entry of a
 * list-typed one), an ONNX type variable, the dtype of an ATen call.
 */
export interface TypeGroup {
  /** Unique in the node: `T`, `U`, or `T[2]` for an entry of a list. */
  readonly name: string;
  readonly dtype: DataType;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** A module of a model that is made of modules. */
export interface ModuleRef {
  /** `features/0`. */
  readonly path: string;
  /** `torch.nn.modules.conv.Conv2d`; the part behind the last dot is the name of its class. */
  readonly type: string;
  /** The same for all nodes of one call of the module, and for no others. */
  readonly call: string;
}

/** What an op does to each element, as far as patterns of several ops are made of it. */
export type Arithmetic = 'add' | 'subtract' | 'multiply' | 'divide' | 'power' | 'error function' | 'hyperbolic tangent';

/** How a node passes its first input on: always, or as soon as the model is used rather than trained or debugged. */
export type PassingKind = 'identity' | 'training';

/**
 * Answers the framework's questions, so that phases are written once. A phase that needs the framework's name is
 * missing a question here.
 */
export interface Dialect {
  readonly framework: 'tensorflow' | 'onnx' | 'pytorch';

  /** The path of scopes or modules a node is shown in, outermost first, without its own name. */
  scopeOf(node: Node): readonly string[];
  /** Whether the framework defines this op type. */
  knowsOp(op: string): boolean;
  outputTypes(node: Node): readonly (DataType | undefined)[];
  inputType(node: Node, input: number): DataType | undefined;
  typeGroups(node: Node): readonly TypeGroup[];
  /** Whether a CPU kernel exists once the named groups have these types; otherwise why not, in a sentence. */
  kernelFor(node: Node, types: ReadonlyMap<string, DataType>): { readonly ok: true } | { readonly ok: false; readonly reason: string };
  withTypes(node: Node, types: ReadonlyMap<string, DataType>): Node;
  /**
   * Inputs that the op, computing in FP32, also takes in BF16 as long as another of these inputs is FP32; BF16 is FP32
   * exactly. Where there is no such question, none.
   */
  promotedInputs?(node: Node, nodes: NodeTable): readonly number[];
  /** The node reading one of those in another type, with the rest as it is. */
  withInputType?(node: Node, input: number, type: FloatType): Node;

  isCast(node: Node): boolean;
  isQuantize(node: Node): boolean;
  isDequantize(node: Node): boolean;
  /** Reads or makes quantized values itself: Quantize, Dequantize, and the framework's own integer kernels. */
  isQuantized(node: Node): boolean;
  isConstant(node: Node): boolean;
  isInput(node: Node): boolean;
  /** Stands in a graph of another node for what that gives it, and has the type that has there; absent where no node does. */
  takesTypeAround?(node: Node): boolean;
  /** Holds a tensor of the file that the model also writes to: no weight for the phases, but a value each run starts from. */
  isState(node: Node): boolean;
  /** Passes values through without arithmetic: Casts may move across it. */
  isDataMovement(node: Node): boolean;
  /** Does arithmetic, or compares: what BF16 can make faster. Other ops only move values, hold them, or ask for their shape. */
  computes(node: Node): boolean;
  /** Has no value output that is executed (NoOp, Assert): never a precision of its own. */
  isControlOnly(node: Node): boolean;
  /** Must stay as it is even if nothing reads it: state, I/O, randomness. */
  hasSideEffects(node: Node): boolean;

  /** Values of a constant node. Throws UserError when its bytes do not match its shape. */
  constantTensor(node: Node): Tensor;
  makeConstant(name: string, tensor: Tensor, controlInputs: readonly string[]): Node;
  /** A constant with the values of another, FP32 or BF16, in the other of these types, rounded to nearest even. */
  convertConstant(name: string, constant: Node, type: FloatType): Node;
  makeCast(name: string, input: ValueRef, from: DataType, to: DataType): Node;
  /** The nodes that quantize a value and dequantize it again, in order; the first output of the last one is FP32. Names begin with `base`. */
  makeQuantizeDequantize(base: string, value: ValueRef, grid: ActivationGrid, uniqueName: UniqueName): readonly Node[];
  readonly weightGrid: WeightGrid;
  /** Whether the framework's runtimes make INT8 kernels of Dequantize, op and Quantize themselves. */
  readonly fusesQuantize?: boolean;
  /** Where there is no such question, grids of activations are exact in float64, and weights give up the bit. */
  readonly activationRule?: ActivationRule;
  /** The nodes that hold a constant's values as INT8 and dequantize them, in order; the first output of the last one is FP32. */
  makeQuantizedWeight(constant: Node, weight: QuantizedWeight, uniqueName: UniqueName): readonly Node[];
  /** The nodes that hold a constant bias as int32 and dequantize it, in order; asked only for patterns with a bias. `scales`: one per channel or one for all. */
  makeQuantizedBias?(constant: Node, values: Tensor, scales: Float64Array, uniqueName: UniqueName): readonly Node[];
  /** The Dequantize emitting BF16 itself, or undefined where the framework's kernel cannot. */
  dequantizeAs(node: Node, dtype: DataType): Node | undefined;

  quantizationPattern(node: Node, graph: Graph): QuantizationPattern | undefined;
  /** Hands INT8 values on in their own range (pooling, concatenation, reshaping): its input and output share one range. */
  passesInt8Through(node: Node): boolean;
  /** An addition of a constant or an activation function, which INT8 kernels compute on the accumulator of the op before it. */
  isEpilogue(node: Node, graph: Graph): boolean;
  /** Inputs of an epilogue beside the accumulator that kernels add to it in INT8; where there is no such question, none. */
  epilogueActivations?(node: Node, graph: Graph): readonly number[];

  /** Where there is no such answer, INT8 ops are float ops between Dequantize and Quantize, and nothing else. */
  readonly fusedForm?: FusedForm;

  linearOp(node: Node): LinearOp | undefined;
  /** What the node does to the value it reads at `input`, or undefined where that is no such step. */
  channelwiseStep(node: Node, input: number): ChannelwiseStep | undefined;
  /** The linear op adding a bias itself, in place of the one it had; where there is no such question, an op after it adds the bias. */
  withBias?(node: Node, bias: ValueRef): Node;
  /** Batch normalisation is folded before INT8 ops only: the framework's own BF16 leaves it where it is. */
  readonly keepsBatchNormBeforeBf16?: boolean;
  makeBiasAdd(name: string, input: ValueRef, bias: ValueRef, dtype: DataType, channels: ChannelPosition): Node;
  /** Of a node whose first output is its first input, element for element, and that does nothing else. */
  passesOn(node: Node, nodes: NodeTable): PassingKind | undefined;
  /**
   * A text that two nodes with the same op, inputs and attributes share where they compute the same; undefined where they do not,
   * such as for random numbers and for what others change later.
   */
  repeatKey(node: Node, nodes: NodeTable): string | undefined;
  /** Runs in a graph of another node: what it computes is not there outside of that; absent where none does. */
  runsInside?(node: Node): boolean;
  /** Whether the node reads the value by a name, in a graph of its own, so that no other value may take its place; absent where none does. */
  readsByName?(node: Node, input: number): boolean;
  /** The convolution reading what `pad` reads and padding it itself; undefined where `pad` is no padding with zeros that it could do. */
  withPadding(convolution: Node, pad: Node, nodes: NodeTable): Node | undefined;
  /** How to compute the node when all its inputs are constants, for the few ops that stand between weights and their readers. */
  constantOperation(node: Node): ((operands: readonly Tensor[]) => Tensor | undefined) | undefined;

  /** BF16 ops can be written as FP32 ops with Casts that round, too. */
  readonly emulatesBfloat16?: boolean;
  /** Default of `bf16_ops`: op types converted to BF16 when the user names none. */
  readonly defaultBf16Ops: readonly string[];
  /** Classes of modules that become BF16 as wholes when the user names none. */
  readonly defaultBf16Modules?: readonly string[];
  /** The module a node belongs to; where there is no such question, models are not made of modules. */
  moduleOf?(node: Node): ModuleRef | undefined;
  /** Gains enough from BF16 to be worth Casts of its own. */
  isHeavy(node: Node): boolean;
  /** Becomes BF16 without being named where that saves Casts. */
  isFree(node: Node): boolean;

  arithmeticOf(node: Node): Arithmetic | undefined;
  /** What stays FP32 unless the config says otherwise. */
  readonly sensitivePatterns: readonly SensitivePattern[];

  /** The constant a value comes from, through nodes that only pass it on. */
  constantBehind(nodes: NodeTable, value: ValueRef): Node | undefined;
  /** The node that brings a constant from outside into the loop where it is this value in every trip; where there is no such question, none does. */
  constantFromOutside?(nodes: NodeTable, value: ValueRef): { readonly enter: Node; readonly constant: Node } | undefined;
  /** Callers fetch a value by the name of the node that makes it, so a Cast behind that node has to take the name over. */
  readonly fetchesByNodeName: boolean;
  /** A node that hands several values on under one name, for a renamed node with several fetched outputs. */
  makeTuple(name: string, inputs: readonly ValueRef[], types: readonly DataType[]): Node;
  /** The graph the node runs on its inputs, in their order, where that is all it does: its outputs are the graph's. */
  innerGraph(node: Node): Graph | undefined;
  /** Ends a trip around a loop: the one kind of node that may close a cycle. */
  closesLoop(node: Node): boolean;
  /**
   * Type groups that must have one type between them: both ends of a loop's back edge, all users of one list of tensors.
   * `fixed` says why they cannot change at all. Groups of no such set are left out; each group is in one set at most.
   */
  sharedTypes(graph: Graph): readonly SharedType[];
  /** Ids of the nodes that run inside loops and so may read only values of the same loop. */
  nodesInLoops(graph: Graph): ReadonlySet<string>;
  /** For nodes inside loops, by id, the node that hands a result of their outermost loop out which needs theirs; where there is no such question, none are known. */
  exitsOfLoops?(graph: Graph): ReadonlyMap<string, string>;
  /**
   * Whether values of a node in a whole model can be fetched, or only what `WholeModelRequest.observed` asks; where there is no
   * such question, all can be fetched. `runs` tells of nodes whether they run.
   */
  observable?(node: Node, runs: (id: string) => boolean): 'whole' | 'summary' | 'nothing';
  /** Why onnxruntime cannot run a node whatever it reads, in a sentence; undefined where it may. */
  whyNotRun?(node: Node, graph: Graph): string | undefined;
  /** The model as onnxruntime runs it whole; where there is no such question, it is run op by op. */
  wholeModel?(graph: Graph, request: WholeModelRequest): WholeModel;
  /** How the framework itself runs models; where there is no such answer, only the embedded runtime does. */
  readonly ownRuntime?: OwnRuntime;
  /** Shapes of the values by `valueKey`, as far as they follow without running the model; a value left out has an unknown rank. */
  inferShapes(graph: Graph): ReadonlyMap<string, PartialShape>;
}

/** A type group of a node. */
export interface GroupRef {
  readonly node: string;
  readonly group: string;
}

/** Type groups that agree on one type. */
export interface SharedType {
  readonly members: readonly GroupRef[];
  readonly fixed?: string;
}

/** Arithmetic that loses too much in BF16, by the name the config's `sensitive_ops` knows it by. */
export interface SensitivePattern {
  readonly name: string;
  /** One sentence for the user. */
  readonly reason: string;
  /** Whether the node is part of it. */
  matches(node: Node, graph: Graph): boolean;
}

/** The types a conversion chooses between. */
export type FloatType = 'float32' | 'bfloat16';
