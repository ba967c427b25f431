import { converted } from '../conversion';
import { STRAIGHT_LINE } from '../controlFlow';
import type { OpTable, Operations } from '../operation';
import { activations } from './activations';
import { alongAxes } from './alongAxis';
import { attentions } from './attention';
import { rows, type CallOperation, type CallOperations } from './call';
import { casting, castingCopies } from './casting';
import { convolutions } from './convolution';
import { copies } from './copies';
import { creation } from './creation';
import { elementwise } from './elementwise';
import { indexing } from './indexing';
import { linearAlgebra } from './linearAlgebra';
import { inPlaceName, scatterView, SCATTER_VIEW, withoutMutation } from './mutation';
import { normalization } from './normalization';
import { pooling } from './pooling';
import { quantizing } from './quantization';
import { recurrent } from './recurrent';
import { reductions } from './reduction';
import { resizing } from './resize';
import { symbolic } from './symbolic';
import { perhapsViews, views } from './views';
import { RESULTS, results, withoutWrappers } from './wrappers';

/** The rows again under their names in place: the result has the type of `self`, and takes its place (see `withoutMutation`). */
function withInPlace(operations: CallOperations): CallOperations {
  const inPlace = (compute: CallOperation): CallOperation => async (call) => {
    const [result] = [await compute(call)].flat();
    return result !== undefined && 'data' in result ? converted(result, call.tensor('self').dtype) : result!;
  };
  const renamed = Object.entries(operations).map(([name, compute]) => [inPlaceName(name), inPlace(compute)]);
  return { ...operations, ...Object.fromEntries(renamed) as CallOperations };
}

const arithmetic: Operations = rows({
  ...withInPlace({ ...elementwise, ...activations }), ...reductions, ...alongAxes, ...linearAlgebra, ...attentions, ...convolutions, ...pooling,
  ...normalization, ...resizing, ...recurrent, ...quantizing, ...symbolic,
});

const movement: Operations = rows({ ...views, ...perhapsViews, ...casting, ...castingCopies, ...withInPlace({ ...copies, ...indexing }), ...creation });

const RANDOM = /^aten\.(rand|randn|randint|randperm|bernoulli|multinomial|normal|uniform)/;

/** PyTorch's ops (ATen, quantized_decomposed and Python's arithmetic on sizes), one row each. */
export const pytorchOperations: OpTable = {
  arithmetic,
  movement: { ...movement, [SCATTER_VIEW]: scatterView(movement), [RESULTS]: results },
  controlFlow: STRAIGHT_LINE,
  isFunction: (node) => !RANDOM.test(node.op),
  functional: (graph, dialect) => withoutMutation(withoutWrappers(graph, dialect)),
};
