import type { Tensor } from '../engine/graph/tensor';

/** Which onnxruntime runs the kernels: native code where it is installed, WASM everywhere. */
export type KernelEngine = 'node' | 'web';

/** To the kernel process: drop the sessions whose keys start with `forget`. */
export interface ForgetRequest {
  readonly forget: string;
}

/** Name of a whole model in its folder, beside its weights. */
export const MODEL_FILE = 'model.onnx';

/** To the kernel process. `model`, or the folder that holds one, is left out once the process has been given this key. */
export interface KernelRequest {
  readonly id: number;
  readonly key: string;
  readonly model?: Uint8Array;
  /** With MODEL_FILE and WEIGHTS_FILE; removed by the kernel process once it has read them. */
  readonly modelFolder?: string;
  readonly inputs: readonly Tensor[];
}

/** From the kernel process: first `ready` or `failed`, then one answer per request. */
export type KernelMessage =
  | { readonly kind: 'ready'; readonly description: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'result'; readonly id: number; readonly outputs: readonly Tensor[] }
  /** The session of this key is not there (any more): send the model again. */
  | { readonly kind: 'modelNeeded'; readonly id: number }
  | { readonly kind: 'error'; readonly id: number; readonly message: string };
