import {describe, expect, test} from 'vitest';
import {loadSpec, type Suite, workloadSpec} from '../src/schema/suite.ts';
import {suites} from './index.ts';

const all: [string, Suite][] = Object.entries(suites);

/** Tokens of a text that a BERT embedder takes: 512, and in SGLang one less. */
const encoderContext = 511;

describe.each(all)('%s', (name, suite) => {
  test('is named as it is looked up, and asks one question', () => {
    expect(suite.name).toBe(name);
    expect(suite.question).toMatch(/^[A-Z][^?]*\?$/);
  });

  test('has stages with names of their own, one word each', () => {
    const names = suite.stages.map(stage => stage.name);
    expect(new Set(names).size).toBe(names.length);
    for (const stage of names) expect(stage).toMatch(/^[a-z][a-z0-9-]*$/);
  });

  test('has workloads and loads that the schema accepts, and an end', () => {
    for (const {workload, load} of suite.stages) {
      expect(workloadSpec.safeParse(workload).error).toBeUndefined();
      expect(loadSpec.safeParse(load).error).toBeUndefined();
      expect(load.requests ?? load.durationSeconds).not.toBeNull();
      expect(load.requests).toBeGreaterThanOrEqual(load.mode === 'open' ? 1 : load.concurrency);
    }
  });

  test('plays conversations to their end', () => {
    for (const {workload, load} of suite.stages)
      if (workload.kind === 'prefix')
        expect([load.requests, load.warmup].map(n => (n ?? 0) % workload.turns)).toEqual([0, 0]);
  });

  test('saturates only where replies come whole', () => {
    for (const {workload, load} of suite.stages)
      if (load.mode === 'saturate') expect(['embed', 'rerank']).toContain(workload.kind);
  });

  test('keeps texts within the context of a BERT embedder, though some code has half as many tokens again', () => {
    for (const {workload} of suite.stages)
      if (workload.kind === 'embed') expect(workload.promptTokens * 1.5).toBeLessThan(encoderContext);
  });
});

test('the suites that judge a latency send enough for a certified P99', () => {
  for (const suite of [suites.chat, suites.embed, suites.rerank, suites.prefix])
    for (const {load} of suite.stages) expect(load.requests).toBeGreaterThanOrEqual(662);
});
