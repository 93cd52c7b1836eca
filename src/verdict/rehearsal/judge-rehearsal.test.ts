import {describe, expect, test} from 'vitest';
import type {GatewayLine} from '../../schema/journal.ts';
import type {Rehearsal, RehearsalStage, StageName} from '../../schema/rehearsal.ts';
import {type RehearsalVerdict, rehearsalVerdict} from '../../schema/rehearsal-verdict.ts';
import {evidenceOf} from './evidence.ts';
import {judgeRehearsal} from './judge-rehearsal.ts';
import {
  event,
  factsOf,
  isRehearsal,
  judged,
  linesOf,
  type Request,
  rehearsalOf,
  stageFrom,
  steadyMemory,
  steadyRequests,
  toBaseline,
  toCandidate,
} from './test-rehearsal.ts';

const outcomeOf = (verdict: RehearsalVerdict, code: string, of = 'migration') =>
  verdict.checks.find(check => check.code === code && check.of === of)?.outcome;
const both = ({migration, rollback}: RehearsalVerdict) => [migration.verdict, rollback.verdict];

/** With one stage another. */
const withStage = (name: StageName, change: Partial<RehearsalStage>): Rehearsal => {
  const whole = rehearsalOf();
  return {...whole, stages: whole.stages.map(stage => (stage.name === name ? {...stage, ...change} : stage))};
};
const until = (name: StageName): RehearsalStage[] => {
  const {stages} = rehearsalOf();
  return stages.slice(0, stages.findIndex(stage => stage.name === name) + 1);
};
const changed = (change: (request: Request) => Partial<Request>): Request[] =>
  steadyRequests().map(request => ({...request, ...change(request)}));

describe('a rehearsal in which all went as planned', () => {
  test('is GO and GO, a valid file, and the same bytes each time', async () => {
    expect(isRehearsal(rehearsalOf())).toBe(true);
    const verdict = await judged(rehearsalOf());
    expect(verdict.checks.filter(({outcome}) => outcome !== 'pass')).toEqual([
      {code: 'cut-off', of: 'both', outcome: 'not-asked', detail: 'The harness was not killed.'},
    ]);
    expect(both(verdict)).toEqual(['GO', 'GO']);
    expect(rehearsalVerdict.parse(verdict)).toEqual(verdict);
    expect(JSON.stringify(await judged(rehearsalOf()))).toBe(JSON.stringify(verdict));
    expect(verdict.times).toEqual({
      ...{detectSeconds: 1, rollbackSeconds: 1, recoverSeconds: 3},
      ...{cutoverDowntimeMs: 0, faultDowntimeMs: 0, rollbackDowntimeMs: 0},
      worstDowntimes: {
        cutover: {role: 'chat', downtimeMs: 0, resolutionMs: null},
        fault: {role: 'chat', downtimeMs: 0, resolutionMs: null},
        rollback: {role: 'chat', downtimeMs: 0, resolutionMs: null},
      },
    });
    expect(verdict.unserved).toEqual([]);
    expect(verdict.accounting).toEqual({sent: 5500, served: 5500, refused: 0, failed: 0, lost: 0, duplicated: 0});
    expect(verdict.stages.find(({name}) => name === 'rollback')?.requests.sent).toBe(50);
    expect(verdict.equivalence.map(({metric, equivalent}) => [metric, equivalent])).toEqual([
      ['chat E2E', true],
      ['chat TTFT', true],
      ['embed E2E', true],
      ['rerank E2E', true],
    ]);
  });

  test('is INCONCLUSIVE where it was simulated, and its numbers are GO', async () => {
    const verdict = await judged(rehearsalOf({evidence: 'simulated'}));
    expect(both(verdict)).toEqual(['INCONCLUSIVE', 'INCONCLUSIVE']);
    expect([verdict.migration.statistics, verdict.rollback.statistics]).toEqual(['GO', 'GO']);
  });

  test('asks nobody to detect anything in the scenario "none", and counts the way back from the stage', async () => {
    const whole = rehearsalOf();
    const events = whole.events.filter(({kind}) => kind !== 'fault' && kind !== 'detected');
    const stages = whole.stages
      .filter(({name}) => name !== 'fault')
      .map(stage => (stage.name === 'watch' ? {...stage, endMs: 71_000} : stage));
    const verdict = await judged({...whole, scenario: 'none', events, stages});
    expect(both(verdict)).toEqual(['GO', 'GO']);
    expect(outcomeOf(verdict, 'detected', 'rollback')).toBe('not-asked');
    expect(verdict.times).toMatchObject({detectSeconds: null, rollbackSeconds: 1, faultDowntimeMs: null});
  });
});

describe('a rehearsal in which something else happened', () => {
  const whole = rehearsalOf();
  const interrupted = rehearsalOf({
    ...{status: 'interrupted', failure: {code: 'INTERRUPTED', message: 'interrupted by SIGINT'}},
  });
  const brokenOff = (name: StageName): RehearsalStage[] =>
    until(name).map(stage =>
      stage.name === name ? {...stage, outcome: 'failed', detail: 'interrupted by SIGINT'} : stage,
    );
  const cases: [
    string,
    {rehearsal?: Rehearsal; requests?: Request[]; memory?: ReturnType<typeof steadyMemory>},
    string,
    string,
  ][] = [
    [
      'the candidate was given up while cutting over',
      {rehearsal: withStage('cutover', {outcome: 'aborted'})},
      'NO-GO',
      'GO',
    ],
    [
      'a step of a canary showed nothing',
      {rehearsal: withStage('cutover', {outcome: 'undecided'})},
      'INCONCLUSIVE',
      'GO',
    ],
    [
      'the candidate died while it loaded, by the fault',
      {
        rehearsal: {
          ...whole,
          scenario: 'dies-while-loading',
          stages: [...until('before'), stageFrom('candidate-up', 45_000, 71_000, 'aborted'), ...whole.stages.slice(-4)],
          events: [event(5000, 'route', toBaseline), event(70_000, 'fault'), event(71_000, 'detected')],
        },
        requests: changed(() => ({target: 'baseline'})),
      },
      'INCONCLUSIVE',
      'GO',
    ],
    [
      'the rehearsal was interrupted while it watched',
      {rehearsal: {...whole, status: 'interrupted', stages: until('watch'), events: whole.events.slice(0, 2)}},
      'GO',
      'INCONCLUSIVE',
    ],
    [
      'Ctrl-C broke the cutover off, and with it the answers',
      {
        rehearsal: {...interrupted, stages: brokenOff('cutover')},
        requests: changed(({sentMs}) => (sentMs >= 50_000 ? {outcome: 'refused', target: null} : {})),
      },
      'INCONCLUSIVE',
      'INCONCLUSIVE',
    ],
    [
      'Ctrl-C broke the rollback off',
      {rehearsal: {...interrupted, stages: brokenOff('rollback')}},
      'GO',
      'INCONCLUSIVE',
    ],
    [
      'Ctrl-C came after a request had been lost in the cutover',
      {
        rehearsal: {...interrupted, stages: brokenOff('watch')},
        requests: changed(({sentMs}) => (sentMs === 50_500 ? {outcome: 'lost'} : {})),
      },
      'NO-GO',
      'INCONCLUSIVE',
    ],
    [
      'Ctrl-C came before the first request',
      {rehearsal: {...interrupted, stages: brokenOff('baseline-up'), events: [], sides: [], answers: []}, requests: []},
      'INCONCLUSIVE',
      'INCONCLUSIVE',
    ],
    [
      'nothing was ever begun',
      {rehearsal: {...whole, stages: [], events: [], sides: [], answers: []}, requests: []},
      'VOID',
      'VOID',
    ],
    ['the rollback failed', {rehearsal: withStage('rollback', {outcome: 'failed'})}, 'GO', 'NO-GO'],
    ['latency did not come back', {rehearsal: withStage('recover', {outcome: 'undecided'})}, 'GO', 'INCONCLUSIVE'],
    [
      'the fault was not detected',
      {rehearsal: {...whole, events: whole.events.filter(({kind}) => kind !== 'detected')}},
      'GO',
      'NO-GO',
    ],
    [
      'the candidate answered otherwise',
      {
        rehearsal: {
          ...whole,
          answers: [
            {when: 'check', roles: [{role: 'embed', outcome: 'differs', detail: 'x.'}]},
            ...whole.answers.slice(1),
          ],
        },
      },
      'NO-GO',
      'GO',
    ],
    [
      'nobody asked the baseline again',
      {rehearsal: {...whole, answers: whole.answers.slice(0, 1)}},
      'GO',
      'INCONCLUSIVE',
    ],
    [
      'the baseline came back with other arguments',
      {
        rehearsal: {
          ...whole,
          sides: [...whole.sides.slice(0, 2), factsOf('baseline', 73_000, ['serve', 'other', '--port', '4002'])],
        },
      },
      'GO',
      'NO-GO',
    ],
    [
      'the baseline came back on another port',
      {
        rehearsal: {
          ...whole,
          sides: [...whole.sides.slice(0, 2), factsOf('baseline', 73_000, ['serve', 'model', '--port', '4777'])],
        },
      },
      'GO',
      'GO',
    ],
    [
      'the baseline was not looked at afterwards',
      {rehearsal: {...whole, sides: whole.sides.slice(0, 2)}},
      'GO',
      'INCONCLUSIVE',
    ],
    [
      'requests were lost in the cutover',
      {requests: changed(({sentMs}) => (sentMs === 50_500 ? {outcome: 'lost'} : {}))},
      'NO-GO',
      'GO',
    ],
    [
      'requests were lost after the fault',
      {requests: changed(({sentMs}) => (sentMs === 70_500 ? {outcome: 'lost'} : {}))},
      'GO',
      'NO-GO',
    ],
    [
      'one that was on the way at the fault was lost by it',
      {requests: changed(({sentMs}) => (sentMs === 69_980 ? {outcome: 'lost', tookMs: 5000} : {}))},
      'GO',
      'NO-GO',
    ],
    [
      'nobody answered for 0.6 s of the cutover',
      {
        requests: changed(({sentMs}) =>
          sentMs >= 50_000 && sentMs < 50_600 ? {outcome: 'refused', target: null} : {},
        ),
      },
      'NO-GO',
      'GO',
    ],
    [
      'all failed between the fault and its detection',
      {requests: changed(({sentMs}) => (sentMs >= 70_000 && sentMs < 71_000 ? {outcome: 'failed'} : {}))},
      'GO',
      'GO',
    ],
    [
      'a tenth failed while rolling back',
      {
        requests: changed(({sentMs, id}) =>
          sentMs >= 71_000 && sentMs < 72_000 && id.endsWith('0') ? {outcome: 'failed'} : {},
        ),
      },
      'GO',
      'NO-GO',
    ],
    [
      'latency was a fifth higher afterwards',
      {requests: changed(({sentMs, tookMs = 0}) => (sentMs >= 75_000 ? {tookMs: tookMs * 1.2} : {}))},
      'GO',
      'NO-GO',
    ],
    [
      'the candidate was twice as slow',
      {requests: changed(({target, tookMs = 0}) => (target === 'candidate' ? {tookMs: tookMs * 2} : {}))},
      'NO-GO',
      'GO',
    ],
    [
      'the candidate grew',
      {memory: steadyMemory().map(reading => ({...reading, vramMiB: 1000 + reading.atMs / 100}))},
      'NO-GO',
      'GO',
    ],
    ['the memory is not known', {memory: []}, 'INCONCLUSIVE', 'GO'],
    [
      'the client was late before',
      {requests: changed(({sentMs}) => (sentMs < 10_000 ? {lagMs: 40} : {}))},
      'INCONCLUSIVE',
      'INCONCLUSIVE',
    ],
    [
      'the client was late at the end',
      {requests: changed(({sentMs}) => (sentMs > 100_000 ? {lagMs: 40} : {}))},
      'GO',
      'INCONCLUSIVE',
    ],
    [
      'the client was late while the candidate was watched, and requests were lost in the cutover',
      {
        requests: changed(({sentMs}) => ({
          ...(sentMs > 60_000 && sentMs < 65_000 ? {lagMs: 40} : {}),
          ...(sentMs === 50_500 ? {outcome: 'lost' as const} : {}),
        })),
      },
      'NO-GO',
      'GO',
    ],
    [
      'the client was late where no latency is judged: while the candidate came up, and between fault and way back',
      {
        requests: changed(({sentMs}) =>
          (sentMs >= 45_000 && sentMs < 50_000) || (sentMs >= 70_000 && sentMs < 72_000) ? {lagMs: 40} : {},
        ),
      },
      'GO',
      'GO',
    ],
    [
      'nobody answered a chat for 0.6 s of the cutover, and all else',
      {
        requests: changed(({sentMs, kind}) =>
          sentMs >= 50_000 && sentMs < 50_600 && kind === 'chat' ? {outcome: 'refused', target: null} : {},
        ),
      },
      'NO-GO',
      'GO',
    ],
    [
      'the requests did not come back',
      {rehearsal: {...whole, events: whole.events.slice(0, -1)}},
      'GO',
      'INCONCLUSIVE',
    ],
  ];

  test.each(cases)('%s', async (_, {rehearsal = whole, requests, memory}, migration, rollback) => {
    const verdict = await judged(rehearsal, requests, memory);
    expect(
      both(verdict),
      JSON.stringify(
        verdict.checks.filter(({outcome}) => outcome !== 'pass'),
        null,
        1,
      ),
    ).toEqual([migration, rollback]);
  });

  test('a harness that was killed and went on: what was on the way is no part of the sums, and the dead time no downtime', async () => {
    const requests = steadyRequests().filter(({sentMs}) => sentMs < 60_000 || sentMs >= 64_000);
    const {client, gateway} = linesOf(requests);
    const open = requests.filter(({sentMs}) => sentMs >= 59_960 && sentMs < 60_000).map(({id}) => id);
    const verdict = judgeRehearsal(
      await evidenceOf({
        rehearsal: {
          ...whole,
          scenario: 'harness-killed',
          sittings: [
            {startedAt: '', startMs: 0, endMs: null},
            {startedAt: '', startMs: 63_900, endMs: 120_000},
          ],
          stages: whole.stages.flatMap(stage =>
            stage.name === 'watch'
              ? [stageFrom('watch', 51_000, null), stageFrom('watch', 64_000, 71_000)]
              : stage.name === 'fault'
                ? []
                : [stage],
          ),
          events: [...whole.events.slice(0, 2), event(60_000, 'fault'), event(72_000, 'route', toBaseline)],
        },
        client: client.filter(line => line.event === 'sent' || !open.includes(line.id)),
        gateway: gateway.map(line => (open.includes(line.id) ? {...line, outcome: 'gone' as const} : line)),
        memory: steadyMemory(),
      }),
    );
    expect(both(verdict)).toEqual(['GO', 'GO']);
    expect(verdict.accounting).toMatchObject({sent: requests.length - 2, lost: 0});
    expect(verdict.checks.find(({code}) => code === 'cut-off')?.detail).toBe(
      "2 requests on the way when the harness was killed: 2 gone by the gateway's account, 0 answered to nobody, 0 never taken. The sums are without them.",
    );
    expect(verdict.times.cutoverDowntimeMs).toBe(0);
  });

  test('an interruption is the first reason of what it left open', async () => {
    const {migration, rollback} = await judged({...interrupted, stages: brokenOff('watch')});
    expect([migration.reasons[0], rollback.reasons[0]]).toEqual([
      'The stage watch was broken off: interrupted by SIGINT.',
      'The rehearsal was ended in the stage watch: interrupted by SIGINT.',
    ]);
  });

  test('of the engines as many as tell are named, and other callers apart', async () => {
    const told = {by: 'counters' as const, requests: [], finished: {}};
    const {client, gateway} = linesOf(steadyRequests());
    const strange = {...(gateway[0] as GatewayLine), id: 'curl', seq: 9999};
    const detailOf = async (accounts: readonly (typeof told | null)[]) => {
      const engines = accounts.map((account, at) => ({arm: 'baseline' as const, incarnation: at + 1, account}));
      const evidence = {rehearsal: {...whole, engines}, client, gateway: [...gateway, strange], memory: steadyMemory()};
      const {checks} = judgeRehearsal(await evidenceOf(evidence));
      return checks.find(({code}) => code === 'accounts-agree')?.detail;
    };
    const [agree, others] = [
      'Client and gateway agree on every one of 5500 requests',
      ' 1 request of other callers came through the gateway: not counted.',
    ];
    expect(await detailOf([null])).toBe(`${agree}; no engine tells.${others}`);
    expect(await detailOf([told, told])).toBe(`${agree}, and so does every engine (2).${others}`);
    expect(await detailOf([told, null])).toBe(`${agree}, and so does 1 of 2 engines; the others do not tell.${others}`);
  });

  test('the way back takes until the last request to the candidate was sent, and recovery counts from there', async () => {
    const verdict = await judged(whole, [
      ...steadyRequests(),
      {id: 's1-1', sentMs: 72_010, kind: 'chat', target: 'candidate'},
    ]);
    expect(verdict.times).toMatchObject({rollbackSeconds: 1.0103, recoverSeconds: 2.9897});
    expect(verdict.checks.find(({code}) => code === 'rollback-time')?.detail).toBe(
      '1.01 s from the decision to go back until the baseline had all requests (limit 5 s).',
    );
  });

  test('accounts that differ are VOID for both, and say where', async () => {
    const {client, gateway} = linesOf(steadyRequests());
    const verdict = judgeRehearsal(
      await evidenceOf({rehearsal: whole, client, gateway: gateway.slice(1), memory: steadyMemory()}),
    );
    expect(both(verdict)).toEqual(['VOID', 'VOID']);
    expect(verdict.accounts.differences).toEqual([
      '1 request the client calls served, and the gateway never took: l-0.',
    ]);
    expect(verdict.accounting).toMatchObject({served: 5499, lost: 1});
  });

  test('a way back in which no request was sent leaves nothing open', async () => {
    const requests = steadyRequests().filter(({sentMs}) => sentMs < 71_000 || sentMs >= 72_000);
    const verdict = await judged(whole, requests);
    expect(both(verdict)).toEqual(['GO', 'GO']);
    expect(outcomeOf(verdict, 'failed-share', 'rollback')).toBe('not-asked');
  });

  test('a client that was late says where, and latency is not judged there', async () => {
    const verdict = await judged(
      rehearsalOf(),
      changed(({sentMs}) => (sentMs >= 51_000 && sentMs < 71_000 ? {lagMs: 40} : {})),
    );
    const details = (of: string, ...codes: string[]) =>
      verdict.checks.filter(check => check.of === of && codes.includes(check.code)).map(({detail}) => detail);
    expect(details('migration', 'client-on-time', 'latency')).toEqual([
      'The client was up to 40 ms late in the stage “watch” (p99; limit 25 ms): latency shows nothing there. All else is judged.',
      expect.stringMatching(/^Not judged, for the client itself was late in the stage “watch”\. /),
    ]);
    expect(details('rollback', 'client-on-time')).toEqual([
      'Where latency is judged the client was at most 1 ms late (p99 in the stage “before”; limit 25 ms). It was up to 40 ms late in the stage “watch”, where no latency is judged here.',
    ]);
  });

  test('what was on the way when the fault struck is broken by it: downtime from its send, and named as what it was', async () => {
    const requests = changed(({sentMs}) => (sentMs === 69_980 ? {outcome: 'failed', tookMs: 50} : {}));
    const verdict = await judged(rehearsalOf(), [
      ...requests,
      {id: 'x', sentMs: 70_010, kind: 'chat', outcome: 'failed', target: 'candidate'},
    ]);
    const {times, stages, unserved} = verdict;
    const watch = stages.find(({name}) => name === 'watch');
    expect([times.faultDowntimeMs, watch?.downtimeMs]).toEqual([20, 20]);
    expect(unserved).toEqual([
      {
        ...{outcome: 'failed', role: 'embed', stage: 'watch', target: 'candidate', struck: 'in-flight'},
        ...{code: null, count: 1},
      },
      {
        ...{outcome: 'failed', role: 'chat', stage: 'fault', target: 'candidate', struck: 'asked-after'},
        ...{code: null, count: 1},
      },
    ]);
  });

  test('what was sent between two stages is the earlier one’s: the stages add up to all', async () => {
    const apart = whole.stages.map(stage => ({...stage, endMs: (stage.endMs ?? 0) - 300}));
    const verdict = await judged({...whole, stages: apart});
    const inStages = verdict.stages.reduce((sum, {requests}) => sum + requests.sent, 0);
    expect(inStages).toBe(verdict.accounting.sent);
  });

  test('downtime is that of the kind that was down, as finely as it was asked', async () => {
    const load: Rehearsal['plan']['load'] = [
      {name: 'c', workload: {kind: 'chat', promptTokens: 1, outputTokens: 1}, ratePerSecond: 10},
      {name: 'e', workload: {kind: 'embed', batch: 1, promptTokens: 1}, ratePerSecond: 40},
    ];
    const verdict = await judged(
      {...whole, plan: {...whole.plan, load}},
      changed(({sentMs, kind}) =>
        sentMs >= 50_000 && sentMs < 50_400 && kind === 'chat' ? {outcome: 'refused', target: null} : {},
      ),
    );
    // A chat each 60 ms: refused from 50,040 on, served at 50,400.
    expect(verdict.times.cutoverDowntimeMs).toBe(20);
    expect(verdict.times.worstDowntimes.cutover).toEqual({role: 'chat', downtimeMs: 360, resolutionMs: 101});
    const cutover = verdict.stages.find(({name}) => name === 'cutover');
    expect(cutover?.downtimeByRoleMs).toEqual({chat: 360, embed: 0, rerank: 0});
    expect(verdict.checks.find(({code, of}) => code === 'downtime' && of === 'migration')?.detail).toBe(
      "360 ms without an answer of chat while cutting over (limit 500 ms); 20 ms without any answer. What is shorter than 101 ms may go unseen: requests of chat are so far apart on average, the client's own lag included.",
    );
  });

  test('a route that was the candidate once more before it was the baseline for good', async () => {
    const events = [
      ...whole.events,
      event(73_000, 'route', toCandidate),
      event(74_000, 'route', toBaseline),
      event(119_000, 'route', {...toBaseline, primary: null}),
    ];
    const verdict = await judged({...whole, events});
    expect(verdict.times.rollbackSeconds).toBe(3);
  });
});

test.each([
  [['errors', 'died'], 'errors: 3 of 4 failed', ' by errors, as expected (limit 5 s).'],
  [['hang'], 'errors: 3 of 4 failed', ' by errors, where hang was to find it (limit 5 s).'],
  [undefined, 'errors: 3 of 4 failed', ' from the fault to its detection (limit 5 s).'],
] as const)('a fault that was to be found by %j, and by %s, is told so', async (expects, text, told) => {
  const {events, ...rest} = rehearsalOf();
  const found = events.map(one => (one.kind === 'detected' ? {...one, text} : one));
  const {checks} = await judged({...rest, events: found, ...(expects === undefined ? {} : {expects: [...expects]})});
  expect(checks.find(({code}) => code === 'detected')?.detail.endsWith(told)).toBe(true);
});
