import type { PartialShape } from './graph/attribute';
import type { DataType } from './graph/dataType';
import type { Graph, Node, ValueRef } from './graph/graph';
import type { Tensor } from './graph/tensor';
import type { ModelInParts } from './host';
import type { ByteSink, Progress } from './host';

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

/** How an op is computed in INT8 between Dequantize and Quantize. */
export interface QuantizationPattern {
  /** Inputs that carry activations. */
  readonly activations: readonly number[];
  /** The input that carries weights when it is a constant; `axis` is the output-channel axis, undefined = per tensor. */
  readonly weight?: { readonly input: number; readonly axis: number | undefined };
  /** The input with a constant FP32 bias that kernels want on the grid of their accumulator. */
  readonly bias?: number;
}

/** An unsigned 8-bit grid: the number q, in 0…255, stands for (q - zeroPoint)·scale. */
export interface ActivationGrid {
  readonly scale: number;
  readonly zeroPoint: number;
  /** 127 where 7 bits are used. */
  readonly highest?: 127 | 255;
}

/** How a framework's own quantizer lays the grid of activations. */
export interface ActivationRule {
  readonly smallestScale: number;
  /** It computes in FP32: only so are its numbers met bit by bit. */
  readonly isSinglePrecision: boolean;
  /** Activations give up a bit where kernels need that, not weights. */
  readonly reducesRange: boolean;
}

/** Symmetric INT8 weights: the number q of channel c stands for q·scales[c]. */
export interface QuantizedWeight {
  /** As int8, in the weight's own shape. */
  readonly values: Tensor;
  /** One per channel of `axis`, or a single one where that is undefined. */
  readonly scales: Float64Array;
  readonly axis: number | undefined;
}

/** How a framework's own quantizer lays the grid of symmetric INT8 weights. */
export interface WeightGrid {
  /** What the largest magnitude is divided by to give the scale. */
  readonly levels: number;
  /** Least number of the grid. */
  readonly lowest: number;
  /** Greatest number of the grid; 127 where there is none. */
  readonly highest?: number;
  readonly smallestScale: number;
  /** The framework computes in FP32, and multiplies by 1/scale instead of dividing: only so are its numbers met bit by bit. */
  readonly isSinglePrecision?: boolean;
}

/** Gives a name no node has: `base`, else `base_1`, … */
export type UniqueName = (base: string) => string;

/** A module of a model that is made of modules. */
export interface ModuleRef {
  /** `features/0`. */
  readonly path: string;
  /** `torch.nn.modules.conv.Conv2d`; the part behind the last dot is the name of its class. */
  readonly type: string;
  /** The same for all nodes of one call of the module, and for no others. */
  readonly call: string;
}

/** Where the channels of an activation are: its last axis, or the second one. */
export type ChannelPosition = 'last' | 'second';

/** An op whose output channels scale with slices of its weight. */
export interface LinearOp {
  /** The input that carries the weight. */
  readonly weight: number;
  /** Neighbouring axes of the weight which, taken together in row-major order, number the output channels. */
  readonly channelAxes: readonly number[];
  /** Rank of the result, and where its channels are. */
  readonly rank: number;
  readonly channels: ChannelPosition;
  /** The input that carries a bias, where the op adds one itself. */
  readonly bias?: number;
}

/**
 * A node that computes x·scale + shift with one scale and shift per channel once its operands (indices of inputs) are
 * constant. The operand of add, subtract and multiply broadcasts as in NumPy; a bias and the four vectors of an
 * inference batch normalisation have one element per channel.
 */
export type ChannelwiseStep =
  | { readonly kind: 'add' | 'subtract' | 'multiply'; readonly operand: number }
  | { readonly kind: 'bias'; readonly operand: number; readonly channels: ChannelPosition }
  | {
      readonly kind: 'batch-norm';
      readonly scale: number;
      readonly offset: number;
      readonly mean: number;
      readonly variance: number;
      readonly epsilon: number;
      readonly channels: ChannelPosition;
      /** The framework folds it in FP32, step by step: only so are the folded weights met bit by bit. */
      readonly isSinglePrecision?: boolean;
    };

/** What an op does to each element, as far as patterns of several ops are made of it. */
export type Arithmetic = 'add' | 'subtract' | 'multiply' | 'divide' | 'power' | 'error function' | 'hyperbolic tangent';

/** How a node passes its first input on: always, or as soon as the model is used rather than trained or debugged. */
export type PassingKind = 'identity' | 'training';

/**
 * A framework's own INT8 kernels: each takes the place of Dequantize, float ops and Quantize. Asked only about ops that are
 * INT8 between Dequantize and Quantize already.
 */
export interface FusedForm {
  /** Why the op, as it is in the opened model, has no such kernel, in a sentence. */
  objection(op: Node, graph: Graph): string | undefined;
  /**
   * Whether the kernel of `op` also computes `next`, which alone reads, at `input`, what `op` and `absorbed` make together.
   * `summand` is an input of `next` that brings another activation: the kernel wants it in INT8, and overwrites it.
   */
  absorbs(op: Node, absorbed: readonly Node[], next: Node, input: number, graph: Graph): { readonly summand?: number } | undefined;
  /** The ops, in order and with their result last, that the kernel of `op` also computes of a value that they alone read, which `op` and `absorbed` make. */
  absorbsTogether(op: Node, absorbed: readonly Node[], value: ValueRef, graph: Graph, reads: ValueReads): readonly Node[] | undefined;
  /** The kernel gives nothing but INT8, so its result needs a range whoever reads it. */
  givesInt8Only(op: Node): boolean;
  fuse(request: FusionRequest): Fusion;
  /** An op that hands INT8 values on, from Dequantize to `quantize`, as one that reads what is behind the Dequantize and gives the same grid. */
  keepInt8(node: Node, quantize: Node, nodes: NodeTable): Fusion;
}

/** Where the values of a graph are read. */
export interface ValueReads {
  of(value: ValueRef): readonly ValueRead[];
  /** The place where it is read, if that is the only one and no caller of the model fetches it. */
  only(value: ValueRef): ValueRead | undefined;
  isFetched(value: ValueRef): boolean;
}

export interface ValueRead {
  readonly node: string;
  readonly input: number;
}

export interface FusionRequest {
  /** Reads its activation and its weight from Dequantize. */
  readonly op: Node;
  /** In order; a summand comes from Dequantize. */
  readonly absorbed: readonly Node[];
  /** The Quantize that alone reads the result. */
  readonly quantize: Node | undefined;
  /** Shape of the op's activation. */
  readonly shape: PartialShape;
  readonly nodes: NodeTable;
  readonly uniqueName: UniqueName;
}

/**
 * Nodes in order, of which the last has the id of the op and its first output the op's result; or why there are none, in a
 * sentence. Where it is FP32, `quantize` stays behind it.
 */
export type Fusion = { readonly nodes: readonly Node[]; readonly givesInt8: boolean } | { readonly reason: string };

export interface ActivationRange {
  readonly min: number;
  readonly max: number;
}

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

export interface OwnRuntime {
  readonly framework: 'tensorflow' | 'pytorch';
  /** The file the framework loads. Throws UserError for a graph that no such file holds. */
  fileOf(graph: Graph): ModelFile;
}

export interface ModelFile {
  /** Appends the file; the caller commits or aborts. */
  write(sink: ByteSink, progress: Progress): Promise<void>;
  /** What the framework calls a value. Throws UserError where it has none of that name. */
  nameOf(value: ValueRef): string;
}

export interface WholeModelRequest {
  /** Values the caller gives; an inner one cuts the graph there. */
  readonly feeds: readonly ValueRef[];
  readonly fetches: readonly ValueRef[];
  /** FP32 values of which four outputs are wanted after the fetches: smallest element, largest, sum, shape. The smallest is above the largest of a value that was not computed. */
  readonly observed: readonly ValueRef[];
}

/** A serialised ONNX model, in parts, whose inputs and outputs are in the order asked for. */
export interface WholeModel {
  readonly model: () => ModelInParts;
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

/** Any lookup of nodes by id: a graph's table or a rewriter's. */
export interface NodeTable {
  get(id: string): Node | undefined;
}
