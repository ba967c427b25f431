import { beforeEach, describe, expect, it } from 'vitest';
import { Prediction } from '../../src/document/prediction';
import type { ConfigSource, Outcome } from '../../src/engine/conversion';
import { CancelledError } from '../../src/engine/errors';

const config = (text: string): ConfigSource => ({ text, path: undefined });
const outcome = (assumesRanges = false): Outcome => ({ precision: { fp32: 1, bf16: 2, int8: 3, other: 0 }, casts: { inserted: 0, folded: 0, remaining: 0, lowerBound: 0 }, assumesRanges });

describe('a prediction', () => {
  let asked: { text: string | undefined; resolve: (outcome: Outcome) => void; reject: (error: Error) => void }[];
  let heard: unknown[];
  let prediction: Prediction;
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  beforeEach(() => {
    asked = [];
    heard = [];
    const preview = ({ text }: ConfigSource) => new Promise<Outcome>((resolve, reject) => asked.push({ text, resolve, reject }));
    prediction = new Prediction(preview, () => heard.push(prediction.outcome), (error) => heard.push(error));
  });

  it('is unknown from a change of the config until the engine answers', async () => {
    prediction.update(config('a'));
    asked[0]!.resolve(outcome());
    await settled();
    expect([prediction.outcome, heard]).toEqual([outcome(), [outcome()]]);
    prediction.update(config('b'));
    expect(prediction.outcome).toBeUndefined();
  });

  it('is asked for again when phases that were cancelled took it along, unless nobody wants it', async () => {
    prediction.update(config('a'));
    asked[0]!.reject(new CancelledError());
    await settled();
    expect(asked.map(({ text }) => text)).toEqual(['a', 'a']);
    asked[1]!.reject(new CancelledError());
    prediction.update(config('b'));
    await settled();
    expect(asked.map(({ text }) => text)).toEqual(['a', 'a', 'b']);
    asked[2]!.reject(new CancelledError());
    prediction.forget();
    await settled();
    expect([asked.length, heard]).toEqual([3, []]);
  });

  it('is refined only where ranges had to be assumed, and shown all the while', async () => {
    prediction.update(config('a'));
    asked[0]!.resolve(outcome(true));
    await settled();
    prediction.refine(config('a'));
    expect(prediction.outcome).toEqual(outcome(true));
    asked[1]!.resolve(outcome());
    await settled();
    prediction.refine(config('a'));
    expect([asked.length, prediction.outcome]).toEqual([2, outcome()]);
  });

  it('that fails says so', async () => {
    prediction.update(config('a'));
    asked[0]!.reject(new Error('no'));
    await settled();
    expect([prediction.outcome, heard]).toEqual([undefined, [new Error('no')]]);
  });
});
