export type Precision = 'fp32' | 'bf16' | 'int8' | 'other';
export type PhaseName = 'quantize' | 'bf16' | 'optimize';
export type PrecisionChoice = 'int8' | 'bf16' | 'fp32' | 'auto';

/** What the config may ask of an op: one choice, or the precisions it accepts. */
export type PrecisionWish = PrecisionChoice | readonly Exclude<PrecisionChoice, 'auto'>[];
