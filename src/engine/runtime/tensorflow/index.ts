import type { OpTable } from '../operation';
import { audio } from './audio';
import { blocks } from './blocks';
import { casting } from './casting';
import { tensorflowControlFlow } from './controlFlow';
import { convolutions } from './convolution';
import { dataMovement } from './dataMovement';
import { detection } from './detection';
import { elementwise } from './elementwise';
import { fusedInt8 } from './fusedInt8';
import { gathering, ranking } from './gathering';
import { images } from './images';
import { linearAlgebra } from './linearAlgebra';
import { matrixArithmetic, matrixMovement } from './matrices';
import { normalization } from './normalization';
import { pooling } from './pooling';
import { quantizing } from './quantization';
import { reductions } from './reduction';
import { nearestResizing, resizing } from './resize';
import { partitioning, segments } from './segments';
import { sequences, shapeOperations } from './shape';
import { softmaxes } from './softmax';
import { squareMatrices } from './squareMatrices';
import { tensorLists } from './tensorLists';

/** TensorFlow's ops, one row each. */
export const tensorflowOperations: OpTable = {
  arithmetic: {
    ...elementwise, ...reductions, ...linearAlgebra, ...convolutions, ...pooling, ...normalization, ...softmaxes, ...resizing, ...quantizing, ...fusedInt8,
    ...ranking, ...sequences, ...segments, ...detection, ...images, ...audio, ...matrixArithmetic, ...squareMatrices,
  },
  movement: { ...shapeOperations, ...dataMovement, ...gathering, ...blocks, ...casting, ...nearestResizing, ...tensorLists, ...partitioning, ...matrixMovement },
  controlFlow: tensorflowControlFlow,
  isFunction: (node) => node.inputs.length > 0 && !/^(Tensor|Random|Stack)/.test(node.op),
  functional: (graph) => ({ graph, latest: (value) => value }),
};
