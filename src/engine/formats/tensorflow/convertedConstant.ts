import type { FloatType } from '../../dialect';
import { decodeBfloat16, encodeBfloat16 } from '../../graph/bfloat16';
import type { Node } from '../../graph/graph';
import type { Tensor } from '../../graph/tensor';
import { constantNode, makeConstant } from './boundaryNodes';
import { ROUNDED_AT_ONCE, roundedBytes } from '../roundedBytes';
import { decodeTensor, tensorAttribute, tensorMessage } from './tensor';

/** A Const with the values of `constant`, an FP32 or BF16 one, in the other type, rounded to nearest even. */
export function convertConstant(name: string, constant: Node, type: FloatType): Node {
  const value = constant.attributes.get('value');
  const content = value?.kind === 'tensor' && value.dtype === 'float32' ? tensorMessage(value).tensorContent : undefined;
  if (type === 'bfloat16' && value?.kind === 'tensor' && content instanceof Uint8Array && content.length > ROUNDED_AT_ONCE) {
    return constantNode(name, tensorAttribute(type, value.shape, { tensorContent: roundedBytes(content) }), constant.controlInputs);
  }
  return makeConstant(name, convertTensor(decodeTensor(value, constant.name), type), constant.controlInputs);
}

function convertTensor(tensor: Tensor, type: FloatType): Tensor {
  const data = type === 'bfloat16' ? encodeBfloat16(tensor.data as Float32Array) : decodeBfloat16(tensor.data as Uint16Array);
  return { dtype: type, shape: tensor.shape, data };
}
