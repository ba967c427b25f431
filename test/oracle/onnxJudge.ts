import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pythonPath } from './judge';

/** What onnx says of a file; null where it accepts it. */
export interface Check {
  readonly checker: string | null;
  readonly shapes: string | null;
}

export interface OutputDifference {
  readonly equal: boolean;
  readonly missing?: boolean;
  /** The original does not give the same again. */
  readonly random?: boolean;
  readonly shapes?: readonly [readonly number[], readonly number[]];
  readonly sqnrDb?: number | null;
  readonly maxAbsError?: number;
  /** Signal to noise of the original's own output where its inputs are rounded to the precision asked about. */
  readonly roundedInputsDb?: number | null;
  readonly rms?: number;
  readonly nonFiniteDiffer?: number;
  readonly integers?: boolean;
  readonly differing?: number;
}

export type OnnxComparison =
  | { readonly outputs: Readonly<Record<string, OutputDifference>> }
  | { readonly failed: 'original' | 'converted'; readonly message: string };

interface Commands {
  /** Of the original, in the operator sets of the other model. */
  checkRaised: { arguments: { model: string; like: string }; result: Pick<Check, 'shapes'> };
  check: { arguments: { model: string }; result: Check };
  compare: { arguments: { original: string; converted: string; inputs: string; level?: 'basic' | 'all'; precision?: 'bf16' | 'int8' }; result: OnnxComparison };
  accuracy: { arguments: { model: string; inputs: string; labels: string; level?: 'basic' | 'all' }; result: number };
}

/** A Python process with onnx and onnxruntime; see onnx_judge.py. A model that brings it down fails its question, and the next one starts another. */
export class OnnxJudge {
  private process: ChildProcessWithoutNullStreams | undefined;
  private readonly waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  private lastId = 0;

  ask<Name extends keyof Commands>(command: Name, args: Commands[Name]['arguments']): Promise<Commands[Name]['result']> {
    this.process ??= this.start();
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.process!.stdin.write(`${JSON.stringify({ id, command, arguments: args })}\n`);
    });
  }

  close(): void {
    this.process?.stdin.end();
  }

  private start(): ChildProcessWithoutNullStreams {
    const started = spawn(pythonPath(), [path.resolve('test/oracle/onnx_judge.py')], { env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } });
    let stderr = '';
    createInterface({ input: started.stdout }).on('line', (line) => {
      const { id, result, error } = JSON.parse(line) as { id: number; result?: unknown; error?: string };
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) waiting?.resolve(result as never);
      else waiting?.reject(new Error(error));
    });
    started.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-2000)));
    started.stdin.on('error', () => {});
    started.on('exit', (code, signal) => {
      this.process = undefined;
      for (const { reject } of this.waiting.values()) reject(new Error(`Python ended (${signal ?? code}): ${stderr}`));
      this.waiting.clear();
    });
    return started;
  }
}
