import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fuzz } from './fuzz';

const FOLDER = 'test/fixtures/pytorch';
const FILES = readdirSync(FOLDER).filter((name) => /\.(pt|pth|ptl|pt2)$/.test(name)).map((name) => `${FOLDER}/${name}`);

describe('damaged PyTorch files', () => {
  it('are read or refused with a sentence, and nothing else', async () => {
    const { read, refused } = await fuzz(FILES, 1, 600);
    // Both happen, or the mutations are too weak or too strong to tell anything.
    expect(read).toBeGreaterThan(60);
    expect(refused).toBeGreaterThan(60);
  });
});
