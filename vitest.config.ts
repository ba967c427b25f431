import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/engine/**/*.test.ts', 'test/webview/unit/**/*.test.ts', 'test/cli/**/*.test.ts'], testTimeout: 60_000 } },
    ],
  },
});
