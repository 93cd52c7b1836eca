import {describe, expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {dialectNames} from '../simulator/calibration.ts';
import {benchHere, simulatorThread} from './test-cutover.ts';

const few = ['--requests', '2', '--concurrency', '2', '--warmup', '0', '--repetitions', '1', '--format', 'csv'];

const measured = async (dialect: string, suite: string, ...words: readonly string[]) => {
  await using place = await temporaryFolder();
  await using simulator = await simulatorThread(dialect, {speed: 100});
  const options = ['--engine', dialect, '--attach', simulator.url, '--suite', suite, ...words];
  const {failure, record, samples} = await benchHere(place.path, ...options);
  expect(failure).toBeNull();
  return {record, samples, truth: await simulator.truth()};
};

describe.each(dialectNames)('%s', dialect => {
  test.each([
    ['embed-sizes', {'embed-batch-1': 1, 'embed-batch-8': 8, 'embed-batch-32': 32, 'embed-batch-128': 128}],
    ['rerank-sizes', {'rerank-documents-1': 1, 'rerank-documents-10': 10, 'rerank-documents-500': 500}],
  ])('%s: every text that was sent is counted, by the server and by the client', async (suite, batches) => {
    const {record, samples, truth} = await measured(dialect, suite, ...few);
    for (const [stage, batch] of Object.entries(batches)) {
      const trial = record.trials.find(one => one.suite === stage);
      const own = samples.filter(sample => sample.trial === trial?.index);
      expect(own.map(({items}) => items)).toEqual([batch, batch]);
      expect(trial?.itemsPerSecond).toBeCloseTo(batch * (trial?.requestsPerSecond ?? 0), 6);
    }
    // Where the reply tells each document's tokens and no sum, those of the documents that were left out are not told.
    const toldByDocument = dialect !== dialectNames[0];
    for (const client of samples) {
      const hidden = toldByDocument && client.kind === 'rerank' && client.items > 10;
      expect(client).toMatchObject({
        outcome: 'ok',
        promptTokens: hidden ? null : truth.get(client.id)?.promptTokens,
      });
    }
  });

  test('embed: the same texts at a set concurrency, saturated by autocannon and as they arrive, in one record', async () => {
    const words = ['--requests', '12', '--warmup', '0', '--repetitions', '1', '--format', 'csv'];
    const {record, samples, truth} = await measured(dialect, 'embed', ...words);
    expect(record.trials.map(({suite, load, client, counts}) => [suite, load.mode, client.http, counts.ok])).toEqual([
      ['embed', 'closed', 'net', 12],
      ['embed-saturated', 'saturate', 'autocannon', 12],
      ['embed-open', 'open', 'net', 12],
    ]);
    expect(new Set(record.trials.map(({workload}) => JSON.stringify(workload))).size).toBe(1);
    for (const client of samples)
      expect(client).toMatchObject({items: 8, promptTokens: truth.get(client.id)?.promptTokens});
  });
});
