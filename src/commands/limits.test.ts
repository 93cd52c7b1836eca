import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {execa} from 'execa';
import {describe, expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {freePort} from '../runtimes/free-port.ts';
import {programFile} from '../runtimes/process/test-programs/test-stack.ts';
import {dialectNames} from '../simulator/calibration.ts';
import {benchHere, simulatorThread, startedIn} from './test-cutover.ts';

/** The examination beside what the simulated engine knows of every question. */
const examined = async (dialect: string, matryoshka: boolean) => {
  await using place = await temporaryFolder();
  await using simulator = await simulatorThread(dialect, {matryoshka, speed: 20});
  const {failure, record} = await benchHere(
    place.path,
    ...['--engine', dialect, '--attach', simulator.url, '--suite', 'limits', '--format', 'csv'],
  );
  expect(failure).toBeNull();
  const [examination, ...others] = record.examinations;
  expect([others, examination?.answersFile]).toEqual([[], 'answers-limits-1.jsonl']);
  const lines = await readFile(join(place.path, 'answers-limits-1.jsonl'), 'utf8');
  const answers = lines
    .trim()
    .split('\n')
    .map((line): {about: string; status: number} => JSON.parse(line));
  const {checks = [], measures = {}} = examination ?? {};
  const outcomes = Object.fromEntries(checks.map(({id, outcome}) => [id, outcome]));
  return {truth: [...(await simulator.truth()).values()], answers, checks, outcomes, measures};
};

describe.each(dialectNames)('%s', dialect => {
  const refusesEarly = dialect !== dialectNames[0];

  test('what it answers and refuses is what the server answered and refused, and nothing else was asked', async () => {
    const {truth, answers, checks, measures, outcomes} = await examined(dialect, false);
    for (const about of ['embed', 'rerank']) {
      const [server, client] = [
        truth.filter(({kind}) => kind === about),
        answers.filter(answer => answer.about === about),
      ];
      expect(client).toHaveLength(server.length);
      expect(client.filter(({status}) => status === 400)).toHaveLength(
        server.filter(({outcome}) => outcome === 'rejected').length,
      );
      const limit = measures[`${about}.limitTokens`];
      expect(server.some(({promptTokens, outcome}) => promptTokens === limit && outcome === 'ok')).toBe(true);
    }
    // A BERT embedder and an XLM-RoBERTa ranker: 512 tokens, and 8192 or, by SGLang, 8194, of which it takes one less.
    expect([measures['embed.limitTokens'], measures['rerank.limitTokens']]).toEqual(
      refusesEarly ? [511, 8193] : [512, 8192],
    );
    expect(checks.filter(({outcome}) => outcome === 'fail' || outcome === 'unknown')).toEqual([]);
    expect(outcomes).toMatchObject({
      'embed.survives': 'pass',
      'rerank.survives': 'pass',
      'embed.length.n': 'note',
      'embed.length.2n': 'note',
      'embed.norm': 'pass',
      'embed.dimensions.256': 'note', // refused: the model is not trained for it
      'embed.base64': 'pass',
      'embed.batch': 'pass',
      'embed.empty': 'note',
      'rerank.documents.500': 'pass',
      'rerank.top.3': 'pass',
      'rerank.top.0': 'note',
      'rerank.batch': 'pass',
    });
    expect(measures).toMatchObject({
      'embed.dimensions': 768,
      'embed.base64.maxDifference': 0,
      'rerank.documents': 500,
      'embed.dimensions.256.cosine': null,
    });
    const detailOf = (id: string) => checks.find(check => check.id === id)?.detail;
    expect(detailOf('embed.length.n+1')).toMatch(/^51[23] tokens: HTTP 400: .*512 tokens/);
    expect(detailOf('rerank.scale')).toMatch(refusesEarly ? /logits/ : /0…1/);
  });

  test('vectors of a matryoshka model are the beginnings of the whole ones, and none is longer than it', async () => {
    const {outcomes, measures} = await examined(dialect, true);
    expect(outcomes).toMatchObject({
      'embed.dimensions.256': 'pass',
      'embed.dimensions.512': 'pass',
      'embed.dimensions.768': 'pass',
      'embed.dimensions.1024': 'note',
    });
    for (const dimensions of [256, 512, 768])
      expect(measures[`embed.dimensions.${dimensions}.cosine`]).toBeCloseTo(1, 6);
    expect(measures['embed.dimensions.256.kept']).toBeLessThan(1);
  });
});

/** The program alone, for a run that attaches to it. */
const startedAlone = async (folder: string) => {
  const port = await freePort();
  const words = [programFile('dies-of-length.ts'), '--port', `${port}`, '--model', join(folder, 'model')];
  const running = execa(process.execPath, words, {reject: false, stdin: 'ignore'});
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/health`).catch(() => null))?.ok) await setTimeout(20);
  return {running, options: ['--engine', 'vllm', '--attach', url]};
};

test.each(['attach', 'process'])(
  'an engine that a question ends is found out by %s: what it answered is kept and judged, and the run ends with 12',
  async runtime => {
    await using place = await temporaryFolder();
    const alone = runtime === 'attach' ? await startedAlone(place.path) : null;
    const options = alone?.options ?? (await startedIn(place.path, 'dies-of-length.ts', 'rerank'));
    const run = join(place.path, 'run');
    const {failure, record, stdout} = await benchHere(run, ...options, '--suite', 'limits', '--format', 'csv');
    await alone?.running;
    expect(failure).toMatchObject({code: 'ENGINE_DIED', exitCode: 12});
    if (runtime === 'process') expect(failure).toMatchObject({logTail: ['CUDA error: device-side assert triggered']});
    expect(record).toMatchObject({status: 'failed', failure: {code: 'ENGINE_DIED'}});
    const [{checks = []} = {}] = record.examinations;
    const input = 'a question and one document, 32766 tokens together'; // of 32768 that the server tells
    expect(checks.filter(({outcome}) => outcome === 'fail').map(({id, example}) => [id, example])).toEqual([
      ['rerank.survives', input],
      ['rerank.limit', input],
    ]);
    const outcomeOf = (id: string) => checks.find(check => check.id === id)?.outcome;
    // All else had been asked by then, of the other role too where it has a server.
    const others = ['rerank.documents.500', 'rerank.top.10', 'embed.length.2n'];
    expect(others.map(outcomeOf)).toEqual(['pass', 'pass', runtime === 'attach' ? 'note' : undefined]);
    expect(stdout).toContain('it stopped answering after');
  },
);
