import type { ConfigView, OpTypeRow, ProblemView } from '../../../webview/protocol';

export function opTypeRow(op: string, count: number, choice: OpTypeRow['choice'], capability: OpTypeRow['capability'], planned: Partial<OpTypeRow['planned']>): OpTypeRow {
  return { op, count, choice, capability, planned: { fp32: 0, bf16: 0, int8: 0, other: 0, ...planned } };
}

/** A panel as a small model fills it. */
export const digits: ConfigView = {
  file: 'digits.mixed-precision.json',
  model: 'digits.pb',
  isFaulty: false,
  useBf16: true,
  bf16Ops: undefined,
  pytorchMode: undefined,
  bf16Form: undefined,
  opTypes: [
    opTypeRow('Conv2D', 6, 'auto', ['int8', 'bf16'], { bf16: 2, int8: 4 }),
    opTypeRow('MatMul', 2, 'int8', ['int8', 'bf16'], { int8: 2 }),
    opTypeRow('Softmax', 1, 'fp32', ['bf16'], { fp32: 1 }),
  ],
  overrides: [{ pattern: 'head/.*', choice: 'fp32', matches: 4 }],
  selection: { name: 'block.1/conv', pattern: 'block\\.1/conv', op: 'Conv2D', choice: 'auto', capability: ['int8', 'bf16'] },
  calibration: { data: 'digits.npz', samples: 100, algorithm: 'minmax', ranges: undefined, contents: undefined },
  weightGranularity: 'per_channel',
  weightAlgorithm: 'minmax',
  int8Form: 'qdq',
  preparation: {
    identity_removal: true, training_node_removal: true, constant_folding: true, common_subexpressions: true, padding_fusion: true, batch_norm_folding: true, composite_ops: true,
  },
  castPlacement: 'depth_first',
  castCost: 'count',
  bf16Reward: 0.25,
  targetIsa: undefined,
  accuracyCriterion: { relative: 0.01 },
  sensitiveOps: [
    { name: 'softmax', reason: 'Softmax divides exponentials by their sum: with the 8 significant bits of BF16 its probabilities no longer add up to 1.', count: 3, staysFp32: true },
    { name: 'normalization', reason: 'Normalization divides by the root of a sum of squares: what BF16 rounds off there scales every value after it wrongly.', count: 40, staysFp32: false },
    { name: 'losses', reason: 'A loss adds up many small errors: with the 8 significant bits of BF16 the smallest of them vanish.', count: 0, staysFp32: true },
    { name: 'powers_and_logarithms', reason: 'Powers, exponentials and logarithms can turn the small error of a value rounded to BF16 into a large one.', count: 1, staysFp32: true },
  ],
  outcome: { precision: { fp32: 1, bf16: 2, int8: 6, other: 3 }, casts: { inserted: 9, folded: 7, remaining: 2, lowerBound: 2 }, assumesRanges: false, isPredicted: false },
  problems: [],
};

/** A PyTorch model whose modules are converted as wholes. */
export const modules: ConfigView = {
  ...digits,
  model: 'digits_pytorch.pt2',
  file: 'digits_pytorch.mixed-precision.json',
  pytorchMode: 'eager',
  int8Form: undefined,
  opTypes: [
    opTypeRow('Conv2d', 3, 'auto', ['int8', 'bf16'], { int8: 3 }),
    opTypeRow('ReLU', 3, 'auto', ['bf16'], { fp32: 3 }),
    opTypeRow('Linear', 1, 'bf16', ['int8', 'bf16'], { bf16: 1 }),
  ],
  overrides: [{ pattern: 'features/0', choice: 'fp32', matches: 1 }],
  selection: { name: 'features/3', pattern: 'features/3', op: 'Conv2d', choice: 'auto', capability: ['int8', 'bf16'] },
  sensitiveOps: [],
};

/** Before anything is chosen. */
export const defaults: ConfigView = {
  ...digits,
  file: undefined,
  useBf16: false,
  opTypes: digits.opTypes.map((row) => ({ ...row, choice: 'auto', planned: { fp32: row.count, bf16: 0, int8: 0, other: 0 } })),
  overrides: [],
  selection: undefined,
  calibration: { ...digits.calibration, data: undefined },
  outcome: undefined,
};

const OPS = [
  'AddN', 'AddV2', 'ArgMax', 'AvgPool', 'BatchMatMulV2', 'BiasAdd', 'Cast', 'ConcatV2', 'Conv2D', 'Conv2DBackpropInput', 'DepthwiseConv2dNative', 'Einsum',
  'Elu', 'Erf', 'ExpandDims', 'FusedBatchNormV3', 'GatherV2', 'Identity', 'LeakyRelu', 'MatMul', 'MaxPool', 'Maximum', 'Mean', 'Mul', 'Pack', 'Pad', 'Placeholder',
  'RealDiv', 'Relu', 'Relu6', 'Reshape', 'ResizeBilinear', 'Rsqrt', 'Sigmoid', 'Softmax', 'Split', 'SpaceToBatchND', 'SquaredDifference', 'StridedSlice',
  'TensorListConcatV2', 'Transpose',
];

/** 41 op types with long names among them, 24 overrides, 17 problems. */
export const long: ConfigView = {
  ...digits,
  model: 'efficientdet_lite4_detection_with_postprocessing_v2.pb',
  file: 'efficientdet_lite4_detection_with_postprocessing_v2.mixed-precision.json',
  opTypes: OPS.map((op, index) => {
    const capability = index % 4 === 0 ? (['int8', 'bf16'] as const) : index % 4 === 1 ? (['bf16'] as const) : [];
    const count = (index * 7919) % 1500 + 1;
    const choice = index % 13 === 0 ? (['int8', 'fp32'] as const) : index % 5 === 0 ? 'fp32' : 'auto';
    const [int8, bf16] = [capability.length === 2 ? count >> 1 : 0, capability.length > 0 ? count >> 2 : 0];
    return opTypeRow(op, count, choice, capability, { int8, bf16, fp32: count - int8 - bf16 });
  }),
  overrides: Array.from({ length: 24 }, (_, index) => ({
    pattern: index === 3 ? 'efficientdet/resample_p6/max_pooling2d/very_long_scope_name/.*' : `encoder/layer_${index}/attention/.*`,
    choice: index % 6 === 0 ? (['int8', 'bf16'] as const) : 'fp32',
    matches: (index * 5) % 31,
  })),
  problems: Array.from({ length: 17 }, (_, index): ProblemView => ({
    message: `The pattern "encoder/layer_${index}/attention/.*" is wholly covered by "encoder/.*" further down, which wins.`,
    severity: index % 7 === 6 ? 'error' : index % 3 === 2 ? 'information' : 'warning',
    path: ['op_name_dict', `encoder/layer_${index}/attention/.*`],
    fixes: [{ title: 'Remove the pattern', edits: [{ path: ['op_name_dict', `encoder/layer_${index}/attention/.*`], value: undefined }] }],
  })),
};

/** Everything the panel can show at once. */
export const filled: ConfigView = {
  ...digits,
  bf16Ops: ['Conv2D', 'MatMul', 'head/.*'],
  opTypes: [...digits.opTypes, opTypeRow('DepthwiseConv2dNative', 12, ['int8', 'fp32'], ['int8', 'bf16'], { int8: 6, fp32: 6 }), opTypeRow('ArgMax', 1, 'auto', [], {})],
  overrides: [{ pattern: 'head/.*', choice: 'fp32', matches: 4 }, { pattern: 'block.1/conv', choice: ['int8', 'bf16'], matches: 1 }, { pattern: 'tail/.*', choice: 'auto', matches: 0 }],
  selection: { ...digits.selection!, choice: ['int8', 'bf16'] },
  calibration: {
    data: 'digits.npz', samples: 100, algorithm: 'percentile', ranges: 'digits.ranges.json',
    contents: {
      samples: 200,
      arrays: [
        { name: 'image', dtype: 'float32', shape: [200, 8, 8, 1], range: [0, 16], input: 'image' },
        { name: 'label', dtype: 'int64', shape: [200], range: [0, 9], input: undefined },
      ],
      unserved: [],
      problem: undefined,
    },
  },
  castPlacement: 'min_cut',
  targetIsa: 'avx512_vnni',
  problems: [
    { message: 'No op of this model is of type "Conv3D".', severity: 'warning', path: ['op_type_dict', 'Conv3D'], fixes: [{ title: 'Change to "Conv2D"', edits: [] }, { title: 'Remove "Conv3D"', edits: [{ path: ['op_type_dict', 'Conv3D'], value: undefined }] }] },
    { message: 'The pattern "tail/.*" matches no op.', severity: 'warning', path: ['op_name_dict', 'tail/.*'], fixes: [{ title: 'Remove the pattern', edits: [{ path: ['op_name_dict', 'tail/.*'], value: undefined }] }] },
    { message: 'softmax/Softmax: TensorFlow has no INT8 kernel for it.', severity: 'information', fixes: [] },
  ],
};

export const faulty: ConfigView = {
  ...digits,
  isFaulty: true,
  problems: [
    { message: '"use_bf16" accepts true or false, not "yes".', severity: 'error', path: ['use_bf16'], fixes: [{ title: 'Change to true', edits: [{ path: ['use_bf16'], value: true }] }] },
    { message: 'Unknown key "use_bf61".', severity: 'error', path: ['use_bf61'], fixes: [] },
  ],
};
