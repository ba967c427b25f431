import { defineConfig } from 'vitest/config';

const unit = ['engine', 'webview/unit', 'cli', 'worker', 'document', 'scripts'].map((folder) => `test/${folder}/**/*.test.ts`);

/** All files in one process, one after another, so that they share the two TensorFlow processes. */
const oneProcess = { pool: 'forks', isolate: false, poolOptions: { forks: { singleFork: true } } } as const;

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: unit, testTimeout: 60_000 } },
      { test: { name: 'webview', include: ['test/webview/browser/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false } },
      { test: { name: 'oracle', include: ['test/oracle/**/*.test.ts'], testTimeout: 300_000, ...oneProcess } },
    ],
  },
});
