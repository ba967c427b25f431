import { describe, expect, it } from 'vitest';
import { corpusPictures, type NamedPicture, samplePictures } from '../support/corpusPictures';
import { digitsCnn } from '../support/digitsCnn';
import { countCrossings, totalLength } from '../support/drawing';
import { bert, chain, decoder, resNet50 } from '../support/generatedGraphs';
import { compare, crossingRatios, lengthRatios, quantile } from '../support/layoutQuality';

/** dagre takes minutes for larger ones; `npm run bench -- layout` compares them all. */
const MOST_NODES = 350;

const generated: readonly NamedPicture[] = [
  { name: 'digits CNN', ...digitsCnn() },
  { name: 'chain', ...chain(100) },
  { name: 'ResNet50', ...resNet50() },
  { name: 'BERT of 4 layers', ...bert(4) },
  { name: 'decoder of 2 blocks', ...decoder(2) },
];

describe('beside dagre, without groups', () => {
  const corpus = corpusPictures(MOST_NODES);
  it.skipIf(corpus === undefined)('the corpus crosses no more than 1.3 times as often, and its edges are no more than 1.3 times as long', () => {
    const all = corpus!.map(compare);
    expect(all.length).toBeGreaterThan(100);
    expect(quantile(crossingRatios(all), 0.5)).toBeLessThanOrEqual(1.3);
    expect(quantile(lengthRatios(all), 0.5)).toBeLessThanOrEqual(1.3);
  });

  it.each([...samplePictures(), ...generated].map((picture) => [picture.name, picture] as const))('the %s is not much worse', (_, picture) => {
    const { ours, dagre } = compare(picture);
    expect(ours.crossings).toBeLessThanOrEqual(2 * dagre.crossings + 8);
    expect(ours.length).toBeLessThanOrEqual(1.6 * dagre.length);
  });
});

describe('a drawing', () => {
  const ends = { source: [0, 1], target: [2, 3] };
  const down = [0, 0, 0, 100];

  it('has a crossing where two edges meet, also in a bend', () => {
    expect(countCrossings([down, [-50, 20, 50, 80]], ends)).toBe(1);
    expect(countCrossings([down, [-50, 20, 0, 50, 50, 80]], ends)).toBe(1);
    expect(countCrossings([[0, 0, 50, 50, 100, 100], [100, 0, 50, 50, 0, 100]], ends)).toBe(1);
  });

  it('has none where edges only turn, or part, or meet at a node', () => {
    expect(countCrossings([down, [50, 0, 10, 50, 50, 100]], ends)).toBe(0);
    expect(countCrossings([down, [0, 0, 0, 50, 50, 100]], { source: [0, 0], target: [1, 2] })).toBe(0);
    expect(countCrossings([down, [-1, 0, 1, 3, 50, 100]], { source: [0, 0], target: [1, 2] })).toBe(0);
  });

  it('has one where an edge crosses others of one node that run together', () => {
    expect(countCrossings([down, [0, 0, 0, 90, 50, 100], [-50, 40, 50, 40]], { source: [0, 0, 1], target: [2, 3, 4] })).toBe(1);
  });

  it('is as long as its lines', () => {
    expect(totalLength([down, [0, 0, 30, 40, 30, 50]])).toBe(160);
  });
});
