import {describe, expect, test} from 'vitest';
import {exampleRecord, exampleTrial} from '../../records/test-run.ts';
import type {RunRecord} from '../../schema/record.ts';
import {compareRuns} from '../compare.ts';
import {renderCsv} from '../csv.ts';
import {renderJson} from '../json.ts';
import {renderMarkdown} from '../markdown.ts';
import {neededMiB, serversOf} from '../server-columns.ts';
import {serverConditions} from '../server-conditions.ts';
import {renderTable} from '../table.ts';
import {chatMemory} from '../test-servers.ts';
import {killedReplica, newWeights, routedRecord, separatedTrial, share} from './test-topologies.ts';

const run = (record: RunRecord) => ({record, samples: async function* () {}});
const markdown = async (record: RunRecord) => String((await renderMarkdown(run(record)))[0]?.content);
const csv = async (record: RunRecord) =>
  Object.fromEntries((await renderCsv(run(record))).map(({name, content}) => [name, String(content)]));

const separated = routedRecord(['prefill', 'decode'], [separatedTrial()]);
const replicas = (...requests: (number | null)[]) =>
  exampleTrial({
    members: requests.map((count, at) => share(`replica-${at + 1}`, 'replica', count)),
    phases: {n: 700, prefillMs: 198, transferMs: null, decodeMs: 1432, transfer: null},
  });

describe('separate prefill and decode servers', () => {
  test('are a table of servers, one of what each did and one of where the time of a request went', () => {
    expect(renderTable(separated)).toContain(
      `
servers    part     GPUs  ready  load  graphs  weights  KV pool  graphs  reserved       KV
                              s     s       s      MiB      MiB     MiB       MiB      tok
prefill-1  prefill  0      95.5  3.25    24.0     3000    60000     400     66500  2000000
decode-1   decode   1      96.5  3.25    24.0     3000    60000     400     66500  2000000
router     router    
`.trimEnd(),
    );
    expect(renderTable(separated)).toContain(`
by server  rep  server     requests  prompt tokens  hits  generated tokens  void
                                                       %
chat         1  prefill-1       732         366000  25.0             93696
chat         1  decode-1        732         366000  25.0             93696

phases  rep    n  prefill  transfer  decode  prefill  transfer  decode  transfers  moved  speed  void
                       ms        ms      ms        %         %       %               MiB   GB/s
chat      1  700      178      20.0    1432     10.9       1.2    87.9        732  20000   1.43
`);
  });

  test('are sections of the document, which say what the words mean', async () => {
    const text = await markdown(separated);
    expect(text).toContain('## Servers\n\n| servers | part | GPUs | ready (s) |');
    expect(text).toContain('| router | router |  | 1.50 |');
    expect(text).toContain('## Phases of a request\n\n| phases | rep | n | prefill (ms) |');
    expect(text).toContain('| chat | 1 | 700 | 178 | 20.0 | 1432 | 10.9 | 1.2 | 87.9 | 732 | 20000 | 1.43 |  |');
    expect(text).toContain("Balance is the busiest server's requests ÷ the mean of its part: 1 is even.");
  });

  test('are files of their own, unrounded, and the same in JSON', async () => {
    const files = await csv(separated);
    expect(Object.keys(files)).toEqual(['trials.csv', 'members.csv', 'shares.csv', 'phases.csv']);
    const [, ...servers] = (files['members.csv'] ?? '').split('\n');
    expect(servers[1]).toBe(
      '2026-11-21T1512-example-k3f9,example,1.2.3,decode-1,chat,decode,1,96.5,3.25,,24,3000,60000,400,66500,2000000,example-1.5b,1.2.3,http://127.0.0.1:30001',
    );
    expect(files['shares.csv']).toMatch(/,chat,1,real,decode-1,decode,732,,,366000,91500,25,93696,\n$/);
    const [file] = await renderJson(run(separated));
    const {members, shares, phases} = JSON.parse(String(file?.content));
    expect([members.length, shares.length]).toEqual([3, 2]);
    expect(phases[0]).toMatchObject({transfer_mean_ms: 20, prefill_percent: (178 / 1630) * 100});
  });

  test('name themselves in the conditions, and what they need of their memory is not known by one gauge', () => {
    const [server] = separated.engine.servers;
    const [, read] = serverConditions.find(([name]) => name === 'servers') ?? [];
    expect(server && read?.(server)).toBe('prefill-1 on GPU 0, decode-1 on GPU 1, router');
    const known = {...separated, trials: [separatedTrial({kvUse: {maxShare: 0.25, maxTokens: 500_000, readings: 2}})]};
    const [of] = serversOf(known);
    if (of === undefined) throw new Error('there is a server');
    expect(neededMiB({...of, server: {...of.server, memory: chatMemory}})).toBeNull();
  });
});

describe('replicas', () => {
  test('show how even their work is: 439 of 732 requests are 60 %, and 1.2 times the mean of 366', () => {
    const record = routedRecord(['replica', 'replica'], [replicas(439, 293)]);
    expect(renderTable(record)).toContain(`
chat         1  replica-1       439   60.0     1.20         219500  25.0             56192
chat         1  replica-2       293   40.0     1.20         146500  25.0             37504

phases  rep    n  prefill  decode  prefill  decode  void
                       ms      ms        %       %
chat      1  700      198    1432     12.1    87.9
`);
  });

  test('have no balance where one began anew or none was asked', () => {
    for (const counts of [
      [439, null],
      [0, 0],
    ])
      expect(renderTable(routedRecord(['replica', 'replica'], [replicas(...counts)]))).not.toContain('balance');
  });

  test('are compared with separate servers by the phases and the balance', () => {
    const even = routedRecord(['replica', 'replica'], [replicas(439, 293)]);
    const {suites, differences} = compareRuns(even, separated);
    const found = suites[0]?.measures.filter(({key}) => /_mean_ms$|balance/.test(key));
    expect(found?.map(({title, a, b}) => [title, a?.median ?? null, b?.median ?? null])).toEqual([
      ['prefill mean', 198, 178],
      ['transfer mean', null, 20],
      ['decode mean', 1432, 1432],
      ['balance of replica', 439 / 366, null],
    ]);
    expect(differences).toEqual([
      {
        condition: 'servers of chat',
        a: 'replica-1 on GPU 0, replica-2 on GPU 1, router',
        b: 'prefill-1 on GPU 0, decode-1 on GPU 1, router',
      },
    ]);
    const alone = {...even.engine, servers: even.engine.servers.map(({members: _, ...server}) => server)};
    expect(compareRuns({...even, engine: alone}, separated).differences).toContainEqual({
      condition: 'servers of chat',
      a: 'one alone',
      b: 'prefill-1 on GPU 0, decode-1 on GPU 1, router',
    });
    // Of each part the first: its port alone tells it from the others.
    const serving = (kind: string): RunRecord => ({
      ...even,
      engine: {
        ...{...even.engine, stack: kind},
        servers: even.engine.servers.map(server => ({
          ...{...server, command: ['route', kind]},
          members: server.members?.map(member => ({...member, command: ['serve', member.name, kind]})) ?? [],
        })),
      },
    });
    expect(compareRuns(serving('random'), serving('sticky')).differences).toEqual([
      {condition: 'launch plan of chat', a: 'random', b: 'sticky'},
      {condition: 'arguments of replica', a: 'serve replica-1 random', b: 'serve replica-1 sticky'},
    ]);
  });
});

describe('what was done to the stack', () => {
  const disturbed = exampleRecord({trials: [exampleTrial({suite: 'sync-lora', disturbance: newWeights()})]});

  test('new weights: what it took, when they answered, and what became of requests, cache and memory', () => {
    expect(renderTable(disturbed)).toContain(`
sync-lora#1: new weights as an adapter
done at   12.0 s: load the adapter step-2 (POST /load_lora_adapter): took 214 ms
effect    512 ms from the call to the end of the first answer that only the new weights give
requests  6 in flight meanwhile: 1 failed, 2 delayed (E2E above 377 ms, the longest of before)
cache     asked of the new weights, a prompt of 600 tokens had 592 cached before, 0 after: lost
          asked of the old weights, a prompt of 600 tokens had 592 cached before, 592 after: kept
memory    58544 MiB before, up to 58700 MiB meanwhile, 58620 MiB after (nvidia-smi)
probe     220 times 12 tokens, 3 refused or broken, at most 283 ms between two answers
requests  lasted   ok  failed  delayed  TTFT p50  TTFT max  E2E p50  E2E max  output  cached
              ms                              ms        ms       ms       ms   tok/s       %
before     12000   96       0        0      28.0       260      186      377     486    75.0
during       600    5       1        2      90.0       285      276      471     120     0.0
after      17400  140       0        0      28.0       260      186      377     486       -
`);
  });

  test('an outage: what clients saw, and when the server served again', () => {
    const failures = [{kind: 'status', count: 1, firstMessage: 'HTTP 502: \u001b[31mno worker'}];
    const outage = (changes = {}) =>
      renderTable(
        exampleRecord({trials: [exampleTrial({suite: 'outage', failures, disturbance: killedReplica(changes)})]}),
      );
    expect(outage()).toContain(`
outage#1: replica-1 killed, and started again after 5 s
done at        12.0 s: kill replica-1: took 4.00 ms
               17.0 s: start replica-1 again: took 296 ms
requests       6 in flight meanwhile: 1 failed, 2 delayed (E2E above 377 ms, the longest of before)
client errors  1 × status: HTTP 502: no worker
routed away    the last request that failed was sent 105 ms after the kill of replica-1
back           ready 296 ms after its start, served again 700 ms later: 6.00 s after the kill
finished       replica-1 48, not told, 70; replica-2 48, 6, 70 (until the kill, until it was ready again, from then on)
memory         117995 MiB before, down to 58998 MiB meanwhile, 117995 MiB after (simulated)
`);
    const idle = [{name: 'replica-1', before: 48, during: null, after: 0}];
    expect(outage({servedAgainMs: null, members: idle, routedAwayMs: 0})).toMatch(
      /only requests failed that were on their way to it\nback .* finished no request until the trial ended: why is not known\n/,
    );
    expect(outage({readyMs: null, routedAwayMs: null})).toMatch(
      /no request failed until it was back\nback {11}it did not come back\n/,
    );
  });

  test.each([
    [
      ['--policy', 'cache_aware'],
      'a router that goes by prompts keeps sending the known ones to whom they went meanwhile',
    ],
    [['--router-mode', 'kv'], 'a router that goes by prompts keeps sending the known ones to whom they went meanwhile'],
    [['--policy', 'manual'], 'a router that goes by sessions leaves them where they went meanwhile'],
    [['--policy', 'round_robin'], 'why is not known'],
    [['--port', '8000'], 'why is not known'],
  ])('a replica that comes back and gets nothing behind a router of %j: %s', (routedBy, why) => {
    const members = [{name: 'replica-1', before: 48, during: null, after: 0}];
    const trial = exampleTrial({disturbance: killedReplica({servedAgainMs: null, members})});
    expect(renderTable(routedRecord(['replica', 'replica'], [trial], routedBy))).toContain(
      `ready 296 ms after its start, and finished no request until the trial ended: ${why}\n`,
    );
  });

  test.each([
    [{kind: 'sleep', asleepSeconds: 5, atShare: 0.4} as const, 'chat#1: GPU memory given back for 5 s\n'],
    [
      {kind: 'weights', method: 'disk', flush: false, atShare: 0.4} as const,
      'chat#1: new weights from another folder, cache to be kept\n',
    ],
  ])('%j in a few words', (spec, words) => {
    expect(renderTable(exampleRecord({trials: [exampleTrial({disturbance: newWeights({spec})})]}))).toContain(words);
  });

  test('what was not done says why, and what is not known is not 0', () => {
    const [step] = newWeights().steps;
    if (step === undefined) throw new Error('there is a step');
    const disturbance = newWeights({
      steps: [{...step, member: 'replica-1', ok: false, said: 'no such adapter'}],
      ...{effectMs: null, delayedBeyondMs: null, memory: null, probe: null, kept: []},
    });
    const text = renderTable(exampleRecord({trials: [exampleTrial({disturbance})]}));
    expect(text).toContain(
      'load the adapter step-2 at replica-1 (POST /load_lora_adapter): NOT DONE after 214 ms: no such adapter\n',
    );
    expect(text).toContain('not known: the new weights gave no answer\n');
    expect(text).toContain('1 failed, none ended before to tell delayed ones by\n');
    expect(text).not.toContain('MiB before');
  });

  test('is a section of the document, a line of a file, and a row in JSON', async () => {
    const text = await markdown(disturbed);
    expect(text).toContain(
      '## What was done to the stack\n\n### sync-lora\\#1: new weights as an adapter\n\n- done at: 12.0 s: load the adapter step-2 (POST /load\\_lora\\_adapter): took 214 ms\n',
    );
    expect(text).toContain('| during | 600 | 5 | 1 | 2 | 90.0 | 285 | 276 | 471 | 120 | 0.0 |');
    const [head = '', line = ''] = ((await csv(disturbed))['disturbances.csv'] ?? '').split('\n');
    const cells = line.split('"').flatMap((part, at) => (at % 2 === 1 ? [part] : part.split(',')));
    expect(head).toMatch(/,effect_ms,delayed_beyond_ms,before_ms,before_ok,/);
    expect(cells).toHaveLength(head.split(',').length);
    const [file] = await renderJson(run(disturbed));
    expect(JSON.parse(String(file?.content)).disturbances[0]).toMatchObject({
      ...{kind: 'weights', took_ms: 214, effect_ms: 512, during_failed: 1, during_delayed: 2},
      ...{cached_tokens_after_new: 0, cache_new: 'lost', cache_old: 'kept', memory_after_mib: 58_620},
    });
  });
});

test('a plain run shows none of it', async () => {
  const plain = exampleRecord({
    trials: [exampleTrial({phases: {n: 700, prefillMs: 48, transferMs: null, decodeMs: 1012, transfer: null}})],
  });
  expect(renderTable(plain)).toBe(renderTable(exampleRecord()));
  expect(await markdown(plain)).toBe(await markdown(exampleRecord()));
  expect(Object.keys(await csv(plain))).toEqual(['trials.csv']);
  expect(await renderJson(run(plain))).toEqual(await renderJson(run(exampleRecord())));
});
