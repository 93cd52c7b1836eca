import {describe, expect, test} from 'vitest';
import {stageAt} from '../src/commands/sweep-level.ts';
import {loadsOf} from '../src/schema/stage.ts';
import {loadSpec, type Suite, type SweepStage, sweepSpec} from '../src/schema/suite.ts';
import {workloadSpec} from '../src/schema/workload.ts';
import {requestsOfEach} from '../src/workloads/index.ts';
import {longest} from '../src/workloads/length.ts';
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
    for (const stage of suite.stages.flatMap(loadsOf)) {
      const {workload, load} = 'sweep' in stage ? stageAt(stage as SweepStage, 8) : stage;
      expect(workloadSpec.safeParse(workload).error).toBeUndefined();
      expect(loadSpec.safeParse(load).error).toBeUndefined();
      if ('sweep' in stage) expect(sweepSpec.safeParse(stage.sweep).error).toBeUndefined();
      expect(load.requests ?? load.durationSeconds).not.toBeNull();
      if (load.requests !== null)
        expect(load.requests).toBeGreaterThanOrEqual(load.mode === 'open' ? 1 : load.concurrency);
    }
  });

  test('plays sessions of several requests to their end', () => {
    // The requests of revisits follow from the server's KV pool.
    for (const {workload, load} of suite.stages.flatMap(loadsOf))
      if (workload.kind !== 'revisit')
        expect([load.requests, load.warmup].map(n => (n ?? 0) % requestsOfEach(workload))).toEqual([0, 0]);
  });

  test('saturates only where replies come whole', () => {
    for (const {workload, load} of suite.stages.flatMap(loadsOf))
      if (load.mode === 'saturate') expect(['embed', 'rerank']).toContain(workload.kind);
  });

  test('keeps texts within the context of a BERT embedder, though some code has half as many tokens again', () => {
    for (const {workload} of suite.stages.flatMap(loadsOf))
      if (workload.kind === 'embed') expect(longest(workload.promptTokens) * 1.5).toBeLessThan(encoderContext);
  });
});

test('the suites that judge a latency send enough for a certified P99', () => {
  for (const suite of [suites.chat, suites.embed, suites.rerank, suites.prefix])
    for (const {load} of suite.stages.flatMap(loadsOf)) expect(load.requests).toBeGreaterThanOrEqual(662);
});
