import type { FusedForm } from '../../../fusedForm';
import { convolutionForm } from './convolution';
import { matrixProductForm } from './matrixProduct';
import { keepInt8 } from './passThrough';

/** By op type. */
const FORMS: Readonly<Record<string, Pick<FusedForm, 'objection' | 'absorbs' | 'absorbsTogether' | 'fuse'>>> = {
  Conv2D: convolutionForm,
  DepthwiseConv2dNative: convolutionForm,
  MatMul: matrixProductForm,
};

/** TensorFlow's INT8 kernels of oneDNN, those that run whether or not TF_ENABLE_ONEDNN_OPTS is set. */
export const fusedForm: FusedForm = {
  objection(op, graph) {
    const form = FORMS[op.op];
    return form === undefined ? `TensorFlow has no fused INT8 kernel for ${op.op}.` : form.objection(op, graph);
  },
  absorbs: (op, ...rest) => FORMS[op.op]!.absorbs(op, ...rest),
  absorbsTogether: (op, ...rest) => FORMS[op.op]!.absorbsTogether(op, ...rest),
  givesInt8Only: (op) => FORMS[op.op] === convolutionForm,
  fuse: (request) => FORMS[request.op.op]!.fuse(request),
  keepInt8,
};
