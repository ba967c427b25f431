import { defineConfig } from 'vitest/config';

const unit = ['engine', 'webview/unit', 'cli', 'worker', 'document', 'api', 'scripts'].map((folder) => `test/${folder}/**/*.test.ts`);

/** Files one after another: a browser each is enough for the machine. */
const oneAfterAnother = { pool: 'forks', poolOptions: { forks: { singleFork: true } } } as const;

/** All files in one process, so that they share the two TensorFlow processes. */
const oneProcess = { ...oneAfterAnother, isolate: false } as const;

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: unit, testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'webview', include: ['test/webview/browser/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000, ...oneAfterAnother,
          expect: { poll: { timeout: 15_000 } }, // A busy machine draws late.
        },
      },
      { test: { name: 'window', include: ['test/window/**/*.test.mjs'], testTimeout: 300_000, hookTimeout: 300_000, ...oneAfterAnother } },
      { test: { name: 'oracle', include: ['test/oracle/**/*.test.ts'], testTimeout: 300_000, ...oneProcess } },
    ],
  },
});
