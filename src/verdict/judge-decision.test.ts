import {describe, expect, test} from 'vitest';
import {verdict as verdictSchema} from '../schema/verdict.ts';
import {afterPair, judgeDecision} from './judge-decision.ts';
import {decisionWith, equalRecords, madeDecision, planWith, recordWith, workloadNamed} from './test-decision.ts';

const judged = (made: ReturnType<typeof madeDecision>, records = equalRecords) => judgeDecision({...made, records});

/** As a run does it: after each pair it asks whether another one is needed. */
const run = (nature: Parameters<typeof madeDecision>[0], decision = decisionWith()) =>
  madeDecision(nature, {
    decision,
    stop: made => {
      const {done, open} = afterPair(made);
      return done ? 'done' : open;
    },
  });

describe('planted effects', () => {
  test('8 % more latency with a margin of 5 % is a NO-GO, and says by how much at least', () => {
    const plan = planWith({workloads: [workloadNamed('chat', [{metric: 'e2eP50Ms', marginShare: 0.05}])]});
    const verdict = judged(run({factor: 1.08}, decisionWith({plan})));
    expect(verdict.verdict).toBe('NO-GO');
    expect(verdict.reasons[0]).toMatch(
      /^chat: E2E p50 is at least 1\.0[5-8]\d* times the baseline's, and must be at most 1\.05 times \(margin 5 %, 6 pairs\)\.$/,
    );
    expect(verdict.workloads[0]?.metrics[0]).toMatchObject({difference: 'worse', outcome: 'fail', equivalent: false});
    expect(() => verdictSchema.parse(verdict)).not.toThrow();
  });

  test('8 % less throughput is as much of a regression', () => {
    const metrics = [{metric: 'outputTokensPerSecond', marginShare: 0.05}] as const;
    const plan = planWith({workloads: [workloadNamed('chat', metrics)]});
    const made = run({factor: 1.08, series: ['outputTokensPerSecond']}, decisionWith({plan}));
    const verdict = judged(made);
    expect(verdict.verdict).toBe('NO-GO');
    expect(verdict.reasons[0]).toContain('is at most 0.9');
    expect(verdict.workloads[0]?.metrics[0]?.limitRatio).toBe(0.952381);
  });

  test('a gain is a GO by the numbers, and INCONCLUSIVE where the engines are simulated', () => {
    const made = run({factor: 0.9});
    expect(judged(made)).toMatchObject({verdict: 'GO', statistics: 'GO', morePairs: null});
    const simulated = judged({...made, decision: {...made.decision, evidence: 'simulated'}});
    expect(simulated).toMatchObject({verdict: 'INCONCLUSIVE', statistics: 'GO'});
    expect(simulated.reasons[0]).toContain('simulated');
  });

  test('a regression stays a NO-GO where the engines are simulated', () => {
    const made = run({factor: 1.3}, decisionWith({evidence: 'simulated'}));
    expect(judged(made)).toMatchObject({verdict: 'NO-GO', statistics: 'NO-GO'});
  });

  test('an effect at the margin is INCONCLUSIVE', () => {
    const verdict = judged(run({factor: 1.1, blockSigma: 0.02}));
    expect(verdict.verdict).toBe('INCONCLUSIVE');
    expect(verdict.workloads[0]?.metrics[0]?.outcome).toBe('inconclusive');
  });

  test('a small effect within wide noise says how many more pairs would tell', () => {
    const workloads = [workloadNamed('chat', [{metric: 'e2eP50Ms', marginShare: 0.05}])];
    const plan = planWith({aaPairs: 60, workloads});
    const verdict = judged(run({factor: 1.03, blockSigma: 0.05}, decisionWith({plan, seed: 1})));
    expect(verdict.verdict).toBe('INCONCLUSIVE');
    expect(verdict.morePairs).toBeGreaterThan(0);
    expect(verdict.reasons[0]).toMatch(/: a new decision with about \d+ more pairs? would tell\.$/);
  });

  test('no number of pairs is given where another workload is not a matter of pairs', () => {
    const e2e = (marginShare: number) => [{metric: 'e2eP50Ms', marginShare}] as const;
    const workloads = [workloadNamed('chat', e2e(0.05)), workloadNamed('embed', e2e(0.001))];
    const plan = planWith({aaPairs: 60, workloads});
    const nature = (workload: string) => ({factor: workload === 'chat' ? 1.03 : 1, blockSigma: 0.05});
    const verdict = judged(run(nature, decisionWith({plan, seed: 1})));
    expect(verdict.workloads.map(({outcome}) => outcome)).toEqual(['inconclusive', 'undecidable']);
    expect(verdict.workloads[0]?.metrics[0]?.morePairs).toBeGreaterThan(0);
    expect(verdict).toMatchObject({verdict: 'INCONCLUSIVE', morePairs: null});
  });
});

describe('what cannot be judged', () => {
  test('a margin below the noise floor is undecidable where the sides are alike', () => {
    const plan = planWith({workloads: [workloadNamed('chat', [{metric: 'e2eP50Ms', marginShare: 0.01}])]});
    const verdict = judged(run({factor: 1, blockSigma: 0.03}, decisionWith({plan})));
    expect(verdict.verdict).toBe('INCONCLUSIVE');
    expect(verdict.workloads[0]).toMatchObject({outcome: 'undecidable', validPairs: 6});
    expect(verdict.reasons[0]).toMatch(/its margin of 1 % is below the noise floor of \d+(\.\d)? %/);
  });

  test('a P99 of 100 requests a block is missing, and keeps its workload from passing', () => {
    const metrics = [
      {metric: 'e2eP50Ms', marginShare: 0.1},
      {metric: 'e2eP99Ms', marginShare: 0.5},
    ] as const;
    const plan = planWith({workloads: [workloadNamed('chat', metrics)]});
    const verdict = judged(run({factor: 0.9}, decisionWith({plan})));
    expect(verdict.verdict).toBe('INCONCLUSIVE');
    expect(verdict.workloads[0]?.metrics.map(({outcome}) => outcome)).toEqual(['pass', 'missing']);
    expect(verdict.reasons[0]).toContain('it needs 662 requests a block, and there are 100 in');
  });

  test('more void pairs than may be made again are VOID, with the gate and its blocks', () => {
    const made = run({
      factor: 1,
      voidOf: ({phase, place}) => (phase === 'ab' && place === 'candidate' ? ['throttled'] : []),
    });
    const verdict = judged(made);
    expect(verdict.verdict).toBe('VOID');
    expect(verdict.gates).toEqual([{code: 'throttled', blocks: 2}]);
    expect(verdict.reasons[0]).toContain('2 of 6 pairs were void (throttled 2), and 1 pair may be made again');
    expect(verdict.workloads[0]).toMatchObject({outcome: 'missing', validPairs: 0, voidPairs: 2});
  });

  test('one void pair is made again, and the verdict is that of the valid ones', () => {
    const made = run({factor: 0.9, voidOf: ({pair}) => (pair === 6 ? ['unequal-output'] : [])});
    const verdict = judged(made);
    expect(verdict.verdict).toBe('GO');
    expect(verdict.workloads[0]).toMatchObject({validPairs: 6, voidPairs: 1});
    expect(verdict.gates).toEqual([{code: 'unequal-output', blocks: 2}]);
    expect(verdict.threats).toContain('1 of 11 pairs of chat were void (unequal-output) and left out.');
  });

  test.each([
    ['candidate', 'INCONCLUSIVE'],
    ['baseline', 'GO'],
  ] as const)('a block in which requests of the %s failed is not made good by another one: %s', (failing, expected) => {
    const made = run({factor: 0.9, voidOf: ({pair, place}) => (pair === 6 && place === failing ? ['errors'] : [])});
    const verdict = judged(made);
    expect(verdict.verdict).toBe(expected);
    expect(verdict.workloads[0]).toMatchObject({outcome: 'pass', validPairs: 6});
    const said =
      'chat: 1 block of the candidate and 0 of the baseline were void for what the server did (errors): the valid ones do not stand for these.';
    expect(verdict.reasons.includes(said)).toBe(failing === 'candidate');
  });

  test.each([
    ['what ends with a lost shard of the load is not held against the server', ['output-length', 'unsent'], 'GO'],
    ['errors of its own are, in a block that lost a shard too', ['errors'], 'INCONCLUSIVE'],
  ] as const)('%s', (_, codes, expected) => {
    const lost = ['shard-missing', ...codes];
    const made = run({factor: 0.9, voidOf: ({pair, place}) => (pair === 6 && place === 'candidate' ? lost : [])});
    const verdict = judged(made);
    expect(verdict.verdict).toBe(expected);
    const against = verdict.reasons.filter(reason => reason.includes('void for what the server did (errors)'));
    expect(against).toHaveLength(expected === 'GO' ? 0 : 1);
  });

  test('different GPUs make the decision VOID, whatever the numbers say', () => {
    const made = run({factor: 0.9});
    const {machine} = equalRecords.baseline;
    const [card] = machine.gpus;
    const other = recordWith({machine: {...machine, gpus: card === undefined ? [] : [{...card, name: 'A100'}]}});
    const verdict = judged(made, {...equalRecords, candidate: other});
    expect(verdict).toMatchObject({verdict: 'VOID', gates: [{code: 'unequal-gpu'}]});
    expect(verdict.reasons[0]).toBe('The baseline was measured on H100 and the candidate on A100');
  });

  test('so do findings of the decision itself, and evidence of two kinds', () => {
    const made = run({factor: 0.9});
    const finding = {code: 'clock-stepped', severity: 'void' as const, message: 'The clock stepped', hint: null};
    const found = judged({...made, decision: {...made.decision, findings: [finding]}});
    expect(found).toMatchObject({verdict: 'VOID', reasons: ['The clock stepped'], gates: [{code: 'clock-stepped'}]});
    const mixed = judged(made, {...equalRecords, candidate: recordWith({evidence: 'simulated'})});
    expect(mixed).toMatchObject({verdict: 'VOID', gates: [{code: 'unequal-evidence'}]});
  });

  test('so is a decision on nothing', () => {
    const verdict = judged({decision: decisionWith({plan: planWith({workloads: []})}), series: []});
    expect(verdict).toMatchObject({verdict: 'INCONCLUSIVE', reasons: ['No workload was judged.'], morePairs: null});
  });

  test('without a pair it is INCONCLUSIVE', () => {
    const verdict = judged({decision: decisionWith(), series: []});
    expect(verdict.verdict).toBe('INCONCLUSIVE');
    expect(verdict.looks.map(({reached}) => reached)).toEqual([false, false]);
  });

  test('series that are not those of the blocks are refused', () => {
    const {decision, series} = run({factor: 0.9});
    expect(() => judged({decision, series: series.toReversed()})).toThrow(/series \d+ is not that of block/);
  });
});

describe('answers', () => {
  const plan = planWith({
    answers: {ask: {kind: 'parity', texts: 1, rankings: 1, chats: 1}, required: ['embed']},
  });
  const withAnswers = (outcome: 'same' | 'differs' | 'unknown') =>
    decisionWith({plan, answers: [{role: 'embed', outcome, detail: 'The lowest cosine is 0.91.'}]});

  test('required ones that differ are a NO-GO, and the speed is measured all the same', () => {
    const made = run({factor: 0.9}, withAnswers('differs'));
    expect(made.series).not.toEqual([]);
    expect(judged(made)).toMatchObject({
      verdict: 'NO-GO',
      reasons: ['embed answers differently: The lowest cosine is 0.91.'],
      workloads: [{outcome: 'pass'}],
    });
  });

  test.each([
    ['the same', withAnswers('same'), 'GO'],
    ['not known', withAnswers('unknown'), 'INCONCLUSIVE'],
    ['not compared', decisionWith({plan}), 'INCONCLUSIVE'],
  ] as const)('required ones that are %s', (_, decision, expected) => {
    expect(judged(run({factor: 0.9}, decision)).verdict).toBe(expected);
  });

  test('ones that are not required do not count', () => {
    const decision = decisionWith({answers: [{role: 'chat', outcome: 'differs', detail: 'Texts differ.'}]});
    expect(judged(run({factor: 0.9}, decision)).verdict).toBe('GO');
  });
});

describe('a stored baseline', () => {
  const storedBaseline = {runId: 'old', startedAt: '2026-10-01T00:00:00Z'};

  test('has no floor, is judged without one, and is said to be weaker', () => {
    const made = run({factor: 0.9}, decisionWith({storedBaseline}));
    const verdict = judged(made);
    expect(made.decision.blocks.every(({phase}) => phase === 'ab')).toBe(true);
    expect(verdict.verdict).toBe('GO');
    expect(verdict.workloads[0]?.metrics[0]).toMatchObject({floorShare: null, difference: 'none'});
    expect(verdict.threats.slice(0, 2)).toEqual([
      'The baseline is the stored run old of 2026-10-01T00:00:00Z: whatever changed on the machine since then is in the ratios.',
      'The stored baseline was not compared with itself: there is no noise floor, and no difference can be told from it.',
    ]);
  });
});

describe('secondary metrics', () => {
  const metrics = [
    {metric: 'outputTokensPerSecond', marginShare: 0.1},
    {metric: 'e2eP50Ms', marginShare: 0.1},
    {metric: 'ttftP50Ms', marginShare: null},
  ] as const;
  const plan = planWith({workloads: [workloadNamed('chat', metrics)]});
  const series = ['outputTokensPerSecond', 'e2eMs', 'ttftMs'] as const;

  test('one that is clearly worse than its margin is a NO-GO though the primary passes', () => {
    const made = run({factor: 1, series}, decisionWith({plan}));
    const worse = {
      ...made,
      series: made.series.map(one => ({
        ...one,
        series: {
          ...one.series,
          e2eMs: (one.series.e2eMs ?? []).map(ms => (one.phase === 'ab' && one.place === 'candidate' ? ms * 1.3 : ms)),
        },
      })),
    };
    const verdict = judged(worse);
    expect(verdict.verdict).toBe('NO-GO');
    expect(verdict.workloads[0]?.metrics.map(({outcome}) => outcome)).toEqual(['pass', 'fail', 'shown']);
    expect(verdict.workloads[0]?.metrics[1]?.holmP).toBeLessThan(0.01);
    expect(verdict.reasons[0]).toMatch(/^chat: E2E p50 is between .* Holm's p 0\.\d{4}\)\.$/);
  });

  test('when they are judged is up to the primary, so the level is that of its look', () => {
    const both = [
      {metric: 'outputTokensPerSecond', marginShare: 0.1},
      {metric: 'requestsPerSecond', marginShare: 0.1},
    ] as const;
    const alike = planWith({workloads: [workloadNamed('chat', both)], lookPairs: [3, 4]});
    const nature = {factor: 1.13, requests: 1, blockSigma: 0.03, requestSigma: 0.0001};
    const seconds = Array.from({length: 30}, (_, seed) => {
      const own = {...nature, series: ['outputTokensPerSecond', 'requestsPerSecond'] as const};
      const second = judged(run(own, decisionWith({plan: alike, seed}))).workloads[0]?.metrics[1];
      return {failed: second?.outcome === 'fail', p: second?.holmP ?? 1, level: second?.judged?.alpha ?? 0};
    });
    expect(seconds.filter(({failed, p, level}) => failed !== p <= level)).toEqual([]);
    expect(seconds.filter(({failed}) => failed).length).toBeGreaterThan(0);
    expect(seconds.filter(({p, level}) => p > level && p <= 0.05).length).toBeGreaterThan(0);
  });

  test('they are not judged before the primary is decided', () => {
    const made = madeDecision(
      {factor: 1, series},
      {decision: decisionWith({plan}), stop: ({series: all}) => (all.length === 18 ? 'done' : null)},
    );
    const metricsThen = judged(made).workloads[0]?.metrics;
    expect(metricsThen?.[1]).toMatchObject({outcome: 'inconclusive', judged: null, holmP: null});
  });
});

describe('the same bytes', () => {
  test('whatever was asked before, and from parsed series', () => {
    const made = run({factor: 1.02, blockSigma: 0.03});
    const fresh = JSON.parse(JSON.stringify(made)) as typeof made;
    expect(JSON.stringify(judged(fresh))).toBe(JSON.stringify(judged(made)));
  });
});

describe('the run stops where the verdict is', () => {
  test('and makes no more pairs of a workload that is decided', () => {
    const workloads = [workloadNamed('chat'), workloadNamed('embed')];
    const made = run(
      workload => (workload === 'chat' ? {factor: 0.9} : {factor: 1.09, blockSigma: 0.02}),
      decisionWith({plan: planWith({workloads})}),
    );
    const pairs = judged(made).workloads.map(({name, validPairs}) => `${name} ${validPairs}`);
    expect(pairs).toEqual(['chat 6', 'embed 8']);
  });

  test.each([0.9, 1, 1.04, 1.08, 1.1, 1.2])('at an effect of %f', factor => {
    const plan = planWith({workloads: [workloadNamed('chat'), workloadNamed('embed')], lookPairs: [4, 6, 8]});
    for (const seed of [1, 2, 3]) {
      const states: string[] = [];
      let last: ReturnType<typeof afterPair> | null = null;
      const made = madeDecision(
        {factor, blockSigma: 0.02},
        {
          decision: decisionWith({plan, seed}),
          stop: now => {
            last = afterPair(now);
            states.push(judged(now).statistics);
            return last.done ? 'done' : last.open;
          },
        },
      );
      const verdict = judged(made);
      expect(states.slice(0, -1).every(state => state === 'INCONCLUSIVE')).toBe(true);
      expect(last).toMatchObject({done: true, why: verdict.reasons[0], workloads: verdict.workloads});
    }
  });
});
