import { expect, it } from 'vitest';
import { boundSentence, neededText } from '../../../webview/graph/castCount';

it.each([
  [{ casts: 31, lowerBound: 28 }, '28 needed'],
  [{ casts: 31, lowerBound: 31 }, 'all needed'],
  [{ casts: 2, lowerBound: 0 }, 'none needed'],
])('says in short how many of %o are needed', (snapshot, text) => expect(neededText(snapshot)).toBe(text));

const REST = 'came from a placement other than min_cut, or for more BF16 ops (bf16_reward) or fewer bytes (cast_cost).';
it.each([
  [{ casts: 31, lowerBound: 31 }, '31 Casts are the fewest possible: no choice of BF16 or FP32 for the free ops needs fewer.'],
  [{ casts: 1, lowerBound: 1 }, '1 Cast is the fewest possible: no choice of BF16 or FP32 for the free ops needs fewer.'],
  [{ casts: 1031, lowerBound: 28 }, `No choice of BF16 or FP32 for the free ops needs fewer than 28 Casts. The 1,003 others ${REST}`],
  [{ casts: 2, lowerBound: 1 }, `No choice of BF16 or FP32 for the free ops needs fewer than 1 Cast. The 1 other ${REST}`],
  [{ casts: 2, lowerBound: 0 }, `Some choice of BF16 or FP32 for the free ops needs no Cast. 2 Casts ${REST}`],
])('says what the bound of %o means', (snapshot, sentence) => expect(boundSentence(snapshot)).toBe(sentence));

it.each([{ casts: 31 }, { casts: 0, lowerBound: 0 }])('says nothing of %o', (snapshot) => {
  expect([neededText(snapshot), boundSentence(snapshot)]).toEqual([undefined, undefined]);
});
