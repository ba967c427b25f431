/**
 * The names by which Neural Compressor knows the TensorFlow ops it can make INT8, with the op types they stand for
 * (unify_op_type_mapping of its adaptor/tensorflow.py). It names all other ops by their TensorFlow type.
 */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  conv2d: ['Conv2D', 'DepthwiseConv2dNative'],
  conv3d: ['Conv3D'],
  deconv2d: ['Conv2DBackpropInput'],
  deconv3d: ['Conv3DBackpropInputV2'],
  matmul: ['MatMul', 'BatchMatMul', 'BatchMatMulV2'],
  pooling: ['MaxPool', 'MaxPool3D', 'AvgPool'],
  concat: ['ConcatV2'],
  batchnorm: ['FusedBatchNormV3'],
  pad: ['Pad'],
};

const FAMILY_OF = new Map(Object.entries(FAMILIES).flatMap(([family, types]) => types.map((type) => [type, family] as const)));

/** All of its names for such ops. */
export const FAMILY_NAMES = Object.keys(FAMILIES) as readonly string[];

/** TensorFlow's op types behind one of Neural Compressor's names. Undefined when it is no such name. */
export function typesOfFamily(name: string): readonly string[] | undefined {
  return Object.hasOwn(FAMILIES, name) ? FAMILIES[name] : undefined;
}

/** Neural Compressor's name for a TensorFlow op type that it can make INT8. Undefined for others. */
export function familyOf(type: string): string | undefined {
  return FAMILY_OF.get(type);
}
