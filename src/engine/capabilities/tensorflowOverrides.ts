/**
 * Ops with a registered BF16 kernel that must keep their types all the same, each with the reason shown to the user.
 * The kernel table says what is registered, this one what is wrong about it when the op runs or what it would mean.
 */
export const KEEPS_ITS_TYPES: Readonly<Record<string, string>> = {
  AsString: 'The text it writes depends on the type of its input.',
  Bitcast: 'It reinterprets bits, so another type gives other values.',
  Cast: 'It cuts bits off instead of rounding, so another type gives other values.',
  DebugIdentityV2: 'Its output is read by a debugger that expects the original type.',
  LinSpace: 'Its steps cannot be told apart in BF16.',
  Range: 'Its steps cannot be told apart in BF16 and the number of elements would change.',
  RaggedRange: 'Its steps cannot be told apart in BF16 and the number of elements would change.',
  SerializeTensor: 'The bytes it writes depend on the type of its input.',
  _QuantizedMatMul: 'Its BF16 kernel aborts the process on CPUs without BF16 instructions.',
};

/** Float inputs of these ops are computed in FP32 whatever the op's type: (op, input) pairs never to be narrowed by Casts alone. */
export const RANDOM_OP = /Random|Multinomial|TruncatedNormal|ParameterizedTruncated/;
