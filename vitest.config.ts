import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'suites/**/*.test.ts', 'docker/**/*.test.ts'],
    // Real servers and processes run in tests: more workers than cores would only measure the machine.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    retry: 0,
    coverage: {
      provider: 'v8',
      reportOnFailure: true,
      include: ['src/**/*.ts', 'suites/**/*.ts'],
      exclude: ['**/*.test.ts', '**/test-*/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: {lines: 85, statements: 85, functions: 85},
    },
  },
});
