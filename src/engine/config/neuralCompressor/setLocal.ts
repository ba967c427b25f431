import { opDefinition } from '../../capabilities/tensorflow';
import type { PrecisionWish } from '../config';
import { type Draft, note } from './draft';
import { setByName, setByType } from './importOps';
import { wrongValue } from './options';
import { isUnread, type Value } from './values';

/** Functions of TensorFlow that Neural Compressor 3 names op types by; those of tf.raw_ops have the names of the types. */
const TYPE_OF_FUNCTION: Readonly<Record<string, string>> = {
  conv2d: 'Conv2D', conv3d: 'Conv3D', depthwise_conv2d: 'DepthwiseConv2dNative', fused_batch_norm: 'FusedBatchNormV3', max_pool: 'MaxPool', avg_pool: 'AvgPool',
  conv2d_backprop_input: 'Conv2DBackpropInput',
};

const BY_TYPE = 'Neural Compressor 3 leaves the ops of a type that is set by itself in FP32, whatever it is set to; here they get the precision.';

/**
 * Sets the precision of single op types and nodes, as `set_local` and `white_list` of Neural Compressor 3 do. A text is a
 * regular expression for the beginning of names (re.match in common/base_config.py), or an op type.
 */
export function setLocal(names: readonly Value[], wish: PrecisionWish, path: string, draft: Draft): void {
  for (const name of names) {
    const type = typeOf(name);
    if (type !== undefined) {
      setByType(type, wish, path, draft);
      note(draft, path, BY_TYPE);
    } else if (typeof name === 'string') setByName(beginningWith(name), wish, path, draft);
    else wrongValue(name, 'the name of an op or of an op type', path, draft);
  }
}

function typeOf(name: Value): string | undefined {
  if (typeof name === 'string') return opDefinition(name) === undefined ? undefined : name;
  const last = isUnread(name) ? name.text.slice(name.text.lastIndexOf('.') + 1) : '';
  if (opDefinition(last) !== undefined) return last;
  return Object.hasOwn(TYPE_OF_FUNCTION, last) ? TYPE_OF_FUNCTION[last] : undefined;
}

/** A pattern for whole names that matches where the given one matches the beginning. */
function beginningWith(pattern: string): string {
  const isChoice = pattern.replace(/\([^()]*\)/g, '').includes('|');
  if (isChoice) return `(?:${pattern}).*`;
  return pattern.endsWith('.*') || pattern.endsWith('$') ? pattern : `${pattern}.*`;
}
