import {describe, expect, test} from 'vitest';
import {exampleEmbedTrial, exampleRecord} from '../../records/test-run.ts';
import type {Sample} from '../../schema/sample.ts';
import {chatSample, embedSample} from '../../stats/test-samples.ts';
import {aiperfProfile} from './aiperf.ts';
import {guidellmRun} from './guidellm.ts';
import {measuredTrials, rivalText} from './rival-text.ts';
import {sglangBenchServing} from './sglang.ts';
import {measuredThree, trialOfThree} from './test-trial.ts';
import {vllmBench} from './vllm.ts';

const linesOf = (...given: Parameters<typeof rivalText>) => rivalText(...given).split('\n');

describe('the block of vLLM and SGLang', () => {
  const lines = linesOf(vllmBench, measuredThree);

  test('begins with what it is of whom, and stands as they print it, with our figures beside it', () => {
    expect(lines.slice(0, 9)).toEqual([
      'chat#1 (chat 20→4, closed 2, 3 requests) as vllm bench serve 0.26.0 --backend openai-chat would have printed it:',
      '============ Serving Benchmark Result ============   cutover  why',
      'Successful requests:                     3                 3',
      'Failed requests:                         0                 0',
      'Maximum request concurrency:             2',
      'Benchmark duration (s):                  0.44           0.44',
      'Total input tokens:                      60               60',
      'Total generated tokens:                  9                 9',
      'Request throughput (req/s):              6.82          10.00  over the whole run, with its ramp-up and drain',
    ]);
    expect(lines).toContain('---------------Time to First Token----------------');
    expect(lines).toContain('-----Time per Output Token (excl. 1st token)------');
    expect(lines).toContain('='.repeat(50));
  });

  test('says below it what cannot be told', () => {
    const text = rivalText(sglangBenchServing, measuredThree);
    expect(text).toContain('\n- ? cannot be told from what was measured.\n');
    expect(text).toContain('GET /server_info');
    expect(rivalText(vllmBench, measuredThree)).not.toContain('cannot be told');
  });
});

describe('the tables of guidellm and aiperf', () => {
  test('have a row for each metric, and under one that differs the same statistics of ours', () => {
    const lines = linesOf(aiperfProfile, measuredThree);
    const itl = lines.findIndex(line => line.includes('Inter Token Latency (ms)'));
    expect(lines[itl]?.trim().split(/\s{2,}/)).toEqual([
      'Inter Token Latency (ms)',
      '28.89',
      '6.67',
      '50.00',
      '49.60',
      '46.00',
      '30.00',
      '17.71',
    ]);
    expect(lines[itl + 1]?.trim().split(/\s{2,}/)).toEqual([
      'cutover',
      '21.67',
      '50.00',
      'n < 662',
      '40.00',
      '20.00',
      "each request's mean, which is our TPOT",
    ]);
  });

  test('bear the titles that they have there', () => {
    expect(linesOf(guidellmRun, measuredThree).filter(line => /Info$|Requests\)$/.test(line))).toEqual([
      'Run Summary Info',
      'Request Token Statistics (Completed Requests)',
      'Request Latency Statistics (Completed Requests)',
      'Server Throughput Statistics (All Requests)',
    ]);
    expect(linesOf(aiperfProfile, measuredThree)).toContain('NVIDIA AIPerf | LLM Metrics');
  });
});

test('every figure that differs from ours says why, whoever prints it', () => {
  for (const rival of [vllmBench, sglangBenchServing, guidellmRun, aiperfProfile]) {
    const figures = rival.print(measuredThree)?.sections.flatMap(section => section.figures) ?? [];
    const unexplained = figures.filter(
      ({printed, ours, why}) => why === '' && ours.some((text, place) => text !== '' && text !== printed[place]),
    );
    expect(unexplained).toEqual([]);
  }
});

describe('what must be known before the numbers', () => {
  test('simulated evidence is called so', () => {
    const trial = trialOfThree({evidence: 'simulated'});
    expect(linesOf(vllmBench, {...measuredThree, trial})[1]).toBe(
      'Simulated evidence: says nothing about a real engine.',
    );
    expect(rivalText(vllmBench, measuredThree)).not.toContain('Simulated');
  });

  test('numbers of a void trial must not be used', () => {
    const finding = {code: 'client-lag', severity: 'void' as const, message: 'late', hint: null};
    const trial = trialOfThree({findings: [finding]});
    expect(linesOf(vllmBench, {...measuredThree, trial})[1]).toBe('VOID (client-lag): its numbers must not be used.');
  });

  test('a trial without any success is not printed, nor one that the client has no mode for', () => {
    const failed = trialOfThree({counts: {ok: 0, failed: 3}});
    expect(linesOf(vllmBench, {trial: failed, samples: []}).slice(1)).toEqual([
      'No request succeeded: there is nothing to compare.',
      '',
    ]);
    const rerank = exampleEmbedTrial({workload: {kind: 'rerank', batch: 8, promptTokens: 128}});
    expect(linesOf(guidellmRun, {trial: rerank, samples: [embedSample({kind: 'rerank'})]})).toEqual([
      'embed#1 (rerank 8 × 128, closed 32, 700 requests) as guidellm run 0.8.1 would have printed it:',
      'It has no mode for rerank.',
      '',
    ]);
  });
});

describe('the trials of a run with their samples', () => {
  const samplesOf = (...trials: number[]) =>
    (async function* (): AsyncGenerator<Sample> {
      for (const [index, trial] of trials.entries()) yield chatSample({trial, index});
    })();
  const record = exampleRecord({trials: [trialOfThree({index: 0}), trialOfThree({index: 1})]});

  test('are handed out one after the other', async () => {
    const trials = await Array.fromAsync(measuredTrials(record, samplesOf(0, 0, 1)));
    expect(trials.map(({trial, samples}) => [trial.index, samples.map(({index}) => index)])).toEqual([
      [0, [0, 1]],
      [1, [2]],
    ]);
  });

  test('samples of a trial that did not end, and thus is not in the record, are left out', async () => {
    const trials = await Array.fromAsync(measuredTrials(record, samplesOf(0, 7, 7)));
    expect(trials.map(({trial}) => trial.index)).toEqual([0]);
    expect(await Array.fromAsync(measuredTrials(record, samplesOf()))).toEqual([]);
  });
});
