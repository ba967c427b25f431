import { UserError } from '../../errors';
import type { Tensor } from '../../graph/tensor';
import type { OnnxNode } from '../onnxModel';
import { concatenated, transposed } from '../stridedCopy';
import { reshaped, zeros } from '../tensors';
import type { Call, CallOperation, CallOperations } from './call';
import { narrowed } from './views';

type Kind = 'LSTM' | 'GRU' | 'RNN';

/** Blocks of PyTorch's weights in the order ONNX has them: i f g o -> i o f g, r z n -> z r n. */
const GATES: Record<Kind, readonly number[]> = { LSTM: [0, 3, 1, 2], GRU: [1, 0, 2], RNN: [0] };

/** Rows of gates in ONNX's order, with the leading axis of directions. */
function reordered(kind: Kind, weight: Tensor): Tensor {
  const size = weight.shape[0]! / GATES[kind].length;
  const blocks = concatenated(GATES[kind].map((gate) => narrowed(weight, 0, gate * size, size)), 0);
  return reshaped(blocks, [1, ...blocks.shape]);
}

interface LayerResult {
  /** [time, batch, directions · hidden]. */
  readonly output: Tensor;
  /** [directions, batch, hidden] each: hidden state, and the cell's for an LSTM. */
  readonly states: readonly Tensor[];
}

/** One layer in one or two directions, as one ONNX node whose results are joined to be one tensor. */
async function layer(call: Call, kind: Kind, x: Tensor, params: readonly Tensor[], initial: readonly Tensor[], activation?: string): Promise<LayerResult> {
  const perDirection = call.flag('has_biases', true) ? 4 : 2;
  const directions = params.length / perDirection;
  const stacked = (index: number): Tensor => concatenated(Array.from({ length: directions }, (_, d) => reordered(kind, params[d * perDirection + index]!)), 0);
  const [weights, recurrent] = [stacked(0), stacked(1)];
  const bias = perDirection === 4 ? concatenated([stacked(2), stacked(3)], 1) : zeros(x.dtype, [directions, 2 * weights.shape[1]!]);
  const hidden = recurrent.shape[2]!;
  const [steps, batch] = x.shape as [number, number];
  const results = kind === 'LSTM' ? ['states', 'h', 'c'] : ['states', 'h'];
  const attributes = {
    hidden_size: hidden, direction: directions === 2 ? 'bidirectional' : 'forward', ...(kind === 'GRU' ? { linear_before_reset: 1 } : {}),
    ...(activation === undefined ? {} : { activations: new Array<string>(directions).fill(activation) }),
  };
  const nodes = (): OnnxNode[] => [
    { op: kind, inputs: ['x0', 'x1', 'x2', 'x3', '', ...initial.map((_, index) => `x${4 + index}`)], outputs: results, attributes },
    { op: 'Constant', inputs: [], outputs: ['first'], attributes: { value_ints: [0] } },
    ...results.slice(1).map((name): OnnxNode => ({ op: 'Unsqueeze', inputs: [name, 'first'], outputs: [`${name}1`] })),
    { op: 'Concat', inputs: ['states', ...results.slice(1).map((name) => `${name}1`)], outputs: ['y'], attributes: { axis: 0 } },
  ];
  const operands = [x, weights, recurrent, bias, ...initial].map((tensor) => ({ tensor, constant: false }));
  const joined = await call.kernel(`${kind} ${JSON.stringify(attributes)}`, nodes, operands);
  const states = results.slice(1).map((_, index) => reshaped(narrowed(joined, 0, steps + index, 1), [directions, batch, hidden]));
  const output = transposed(narrowed(joined, 0, 0, steps), [0, 2, 1, 3]);
  return { output: reshaped(output, [steps, batch, directions * hidden]), states };
}

/** Stacked layers; the states of all layers and directions are joined along their first axis. */
function network(kind: Kind, activation?: string): CallOperation {
  return async (call) => {
    if (call.flag('train', false) && call.number('dropout', 0) > 0) {
      throw new UserError('The model was exported in training mode', { hint: 'Call model.eval() before exporting' });
    }
    if (call.has('batch_sizes')) throw new UserError('Packed sequences are not supported');
    const given = call.tensor('input');
    const batchFirst = call.flag('batch_first', false);
    const x = batchFirst ? transposed(given, [1, 0, 2]) : given;
    const params = call.tensors('params');
    const layers = call.number('num_layers', 1);
    const directions = call.flag('bidirectional', false) ? 2 : 1;
    const start = call.tensors('hx');
    let output = x;
    const states: Tensor[][] = start.map(() => []);
    for (let index = 0; index < layers; index++) {
      const initial = start.map((state) => narrowed(state, 0, index * directions, directions));
      const own = params.slice((index * params.length) / layers, ((index + 1) * params.length) / layers);
      const result = await layer(call, kind, output, own, initial, activation);
      output = result.output;
      result.states.forEach((state, which) => states[which]!.push(state));
    }
    return [batchFirst ? transposed(output, [1, 0, 2]) : output, ...states.map((parts) => concatenated(parts, 0))];
  };
}

export const recurrent: CallOperations = {
  'aten.lstm.input': network('LSTM'), 'aten.gru.input': network('GRU'),
  'aten.rnn_tanh.input': network('RNN', 'Tanh'), 'aten.rnn_relu.input': network('RNN', 'Relu'),
};
