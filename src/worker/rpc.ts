import { CancelledError, UserError } from '../engine/errors';
import type { ConversionApi, ProgramApi } from '../engine/conversion';

/** What a worker can serve; each interface is a protocol, and every type below is derived from it. */
export interface Served {
  readonly views: ConversionApi;
  readonly programs: ProgramApi;
}
export type Audience = keyof Served;
export type Method<A extends Audience> = keyof Served[A] & string;
export type Arguments<A extends Audience, M extends Method<A>> = Served[A][M] extends (...args: infer P) => unknown ? P : never;
export type Result<A extends Audience, M extends Method<A>> = Served[A][M] extends (...args: never) => Promise<infer R> ? R : never;

/** Host to worker. Ids grow by one, from 1. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Worker to host. */
export type Reply =
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorData }
  | { readonly type: 'progress'; readonly message: string; readonly fraction?: number };

/** Shared with the worker as its `workerData`. */
export interface WorkerData {
  /** One number: calls up to this id are cancelled. Shared memory, so that a synchronous loop sees it. */
  readonly cancelled: Int32Array;
  readonly audience: Audience;
}

/** What structured cloning drops from our own error classes. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly place?: UserError['place'];
}

export function errorToData(error: unknown): ErrorData {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: undefined };
  const { name, message, stack } = error;
  return error instanceof UserError ? { name, message, stack, place: error.place } : { name, message, stack };
}

export function dataToError(data: ErrorData): Error {
  if (data.name === 'CancelledError') return new CancelledError();
  const error = data.place === undefined ? new Error(data.message) : new UserError(data.message, data.place);
  if (data.stack !== undefined) error.stack = data.stack;
  return error;
}
