import type { TuningConfig } from '../config/config';
import type { AskedPrecision } from '../config/rules';

/** What one core can do at most in a cycle. */
export interface CorePeaks {
  /** Multiply-accumulates, with both operands in this precision. */
  readonly multiplyAdds: Readonly<Record<AskedPrecision, number>>;
  /** Bytes from the second-level cache, where what one op hands the next is found at best. */
  readonly bytes: number;
}

export type TargetIsa = NonNullable<TuningConfig['target_isa']>;

/** What costs are modelled for where the config names no target: both lower precisions have instructions there. */
export const DEFAULT_TARGET: TargetIsa = 'avx512_bf16';

/**
 * Peaks by target. Each is lanes of a vector times instructions per cycle, as the Intel 64 and IA-32 Architectures
 * Optimization Reference Manual (248966) describes the cores; what is derived from it says how.
 */
export const CORE_PEAKS: Readonly<Record<TargetIsa, CorePeaks>> = {
  avx2: {
    multiplyAdds: {
      // Haswell and later: two 256-bit FMA units (ports 0 and 1) of 8 FP32 lanes.
      fp32: 2 * 8,
      // No instruction: each BF16 vector is widened by a zero extension and a shift, which share three vector ports with the FMA.
      bf16: 8,
      // VPMADDUBSW, VPMADDWD and VPADDD for 32 products, on the two ports that multiply.
      int8: (2 * 32) / 3,
    },
    // Haswell and later: one 64-byte line per cycle between L2 and L1.
    bytes: 64,
  },
  avx512_vnni: {
    multiplyAdds: {
      // Skylake Server and later: two 512-bit FMA units (ports 0 and 5) of 16 FP32 lanes.
      fp32: 2 * 16,
      // No instruction, as above.
      bf16: 16,
      // VPDPBUSD: 64 products into 16 sums, on both ports (chapter on VNNI: four times the products of FP32).
      int8: 2 * 64,
    },
    bytes: 64,
  },
  avx512_bf16: {
    multiplyAdds: {
      fp32: 2 * 16,
      // VDPBF16PS: 32 products into 16 sums (Cooper Lake: twice the products of FP32).
      bf16: 2 * 32,
      int8: 2 * 64,
    },
    bytes: 64,
  },
  amx: {
    multiplyAdds: {
      fp32: 2 * 16,
      // TDPBF16PS: 16 x 16 x 32 products in 16 cycles (chapter on AMX: 1024 operations per cycle, a product and a sum being two).
      bf16: 512,
      // TDPBUSD: 16 x 16 x 64 products in 16 cycles (2048 operations per cycle).
      int8: 1024,
    },
    bytes: 64,
  },
};

/** Bytes of an element. */
export const ELEMENT_BYTES: Readonly<Record<AskedPrecision, number>> = { fp32: 4, bf16: 2, int8: 1 };
