import { defineConfig } from 'vitest/config';

const unit = ['engine', 'webview/unit', 'cli', 'worker', 'document'].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    projects: [{ test: { name: 'unit', include: unit, testTimeout: 60_000 } }],
  },
});
