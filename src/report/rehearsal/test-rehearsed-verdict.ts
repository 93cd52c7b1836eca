import type {PerSecond} from '../../schema/per-second.ts';
import type {Rehearsal} from '../../schema/rehearsal.ts';
import type {Accounting, RehearsalCheck, RehearsalVerdict} from '../../schema/rehearsal-verdict.ts';
import {schemaVersion} from '../../schema/version.ts';

const accountingOf = (seconds: readonly PerSecond[]): Accounting => {
  const sum = (outcome: keyof PerSecond['ended']) => seconds.reduce((all, {ended}) => all + ended[outcome], 0);
  const [served, refused, failed, lost] = [sum('served'), sum('refused'), sum('failed'), sum('lost')];
  return {sent: served + refused + failed + lost, served, refused, failed, lost, duplicated: 0};
};

const checksOf = (real: boolean): RehearsalCheck[] => [
  {
    code: 'evidence',
    of: 'both',
    outcome: real ? 'pass' : 'inconclusive',
    detail: real ? 'Measured on real engines.' : 'Simulated engines: no GO.',
  },
  {code: 'accounts-agree', of: 'both', outcome: 'pass', detail: 'Client, gateway and engines agree on every request.'},
  {
    code: 'client-on-time',
    of: 'both',
    outcome: 'pass',
    detail: 'The client was at most 3.1 ms late (p99, limit 25 ms).',
  },
  {code: 'nothing-lost', of: 'migration', outcome: 'pass', detail: '0 of 5,301 requests lost and 0 duplicated.'},
  {
    code: 'downtime',
    of: 'migration',
    outcome: 'pass',
    detail: '0 ms without an answer while cutting over (limit 0 ms).',
  },
  {code: 'answers', of: 'migration', outcome: 'pass', detail: 'embed, rerank: the same as the baseline’s.'},
  {
    code: 'latency',
    of: 'migration',
    outcome: 'pass',
    detail: 'chat E2E 0.82 [0.80, 0.84] of the baseline’s (limit 1.5).',
  },
  {
    code: 'detected',
    of: 'rollback',
    outcome: 'pass',
    detail: 'Detected 1.4 s after the fault (limit 10 s), by errors.',
  },
  {code: 'failed-share', of: 'rollback', outcome: 'pass', detail: '11 of 1,260 requests failed: 0.9 % (limit 2 %).'},
  {
    code: 'identity',
    of: 'rollback',
    outcome: 'pass',
    detail: 'Image digest, arguments, model and version are as before.',
  },
  {code: 'equivalence', of: 'rollback', outcome: 'pass', detail: 'All 5 latencies are within 10 % of before.'},
  {code: 'memory-slope', of: 'migration', outcome: 'not-asked', detail: 'The plan does not watch memory.'},
];

const arms = (baseline: number | null, candidate: number | null) => ({baseline, candidate});

/** As judge-rehearsal would say it of the example: counted from the same seconds, the rest by hand. */
export const exampleRehearsalVerdict = (rehearsal: Rehearsal, seconds: readonly PerSecond[]): RehearsalVerdict => {
  const real = rehearsal.evidence === 'real';
  const accounting = accountingOf(seconds);
  const none = {...accounting, sent: 0, served: 0, refused: 0, failed: 0};
  const go = (reason: string) => ({
    ...{statistics: 'GO' as const, verdict: real ? ('GO' as const) : ('INCONCLUSIVE' as const)},
    reasons: [...(real ? [] : ['Simulated engines: the numbers say GO, and nothing about a real engine.']), reason],
  });
  const digest = `sha256:${'5b'.repeat(32)}`;
  const argumentsText = 'vllm serve qwen2.5-coder-1.5b --port 8000 --seed 0 --max-model-len 8192';
  return {
    ...{schemaVersion, rehearsalId: rehearsal.rehearsalId, accounting, checks: checksOf(real)},
    migration: go('The candidate took all requests without a lost one, 0 ms of downtime, and was watched for 30 s.'),
    rollback: go('Back on the baseline 1.6 s after the death was detected; latency and identity are as before.'),
    accounts: {
      client: accounting,
      gateway: {
        ...{taken: accounting.sent, served: accounting.served, refused: 2, failed: 11, gone: 0},
        ...{asked: accounting.sent - 2, mirrored: 0},
      },
      engines: [
        {name: 'baseline, incarnation 1', by: 'counters', finished: 16_128, expected: 16_128},
        {name: 'candidate, incarnation 1', by: 'none', finished: null, expected: 3872},
      ],
      ...{agree: true, differences: []},
    },
    stages: rehearsal.stages.map(({name, startMs, endMs, outcome}) => {
      const [from, to] = [startMs - rehearsal.originMs, (endMs ?? startMs) - rehearsal.originMs];
      const within = seconds.filter(({second}) => second * 1000 >= from && second * 1000 < to);
      const requests = within.length === 0 ? none : accountingOf(within);
      const latencies = within.find(({e2e}) => e2e.chat !== undefined);
      const both = ['check', 'cutover', 'watch', 'fault'].includes(name);
      return {
        ...{name, startMs: from, endMs: endMs === null ? null : to, outcome, requests},
        ...{
          downtimeMs: name === 'fault' ? 42 : 0,
          downtimeByRoleMs: {chat: name === 'fault' ? 121 : 0, embed: 0, rerank: 0},
        },
        ...{e2e: latencies?.e2e ?? {}, ttft: latencies?.ttft ?? null},
        ...{vramMiB: arms(13_020, both ? 12_514 : null), hostMiB: arms(2938, both ? 2931 : null)},
      };
    }),
    times: {
      ...{detectSeconds: 1.4, rollbackSeconds: 1.6, recoverSeconds: 6},
      ...{cutoverDowntimeMs: 0, faultDowntimeMs: 42, rollbackDowntimeMs: 0},
      worstDowntimes: {
        cutover: {role: 'chat', downtimeMs: 0, resolutionMs: 27.1},
        fault: {role: 'chat', downtimeMs: 121, resolutionMs: 26.4},
        rollback: {role: 'chat', downtimeMs: 0, resolutionMs: 25.8},
      },
    },
    unserved: [
      {
        ...{outcome: 'refused', role: 'embed', stage: 'cutover', target: null, struck: null},
        ...{code: 'switching', count: 2},
      },
      {
        ...{outcome: 'failed', role: 'chat', stage: 'fault', target: 'candidate', struck: 'in-flight'},
        ...{code: 'engine_failed', count: 11},
      },
    ],
    equivalence: (
      [
        ['chat E2E', 1.004, 0.986, 1.022],
        ['chat TTFT', 1.011, 0.962, 1.063],
        ['embed E2E', 0.997, 0.981, 1.013],
        ['rerank E2E', 1.002, 0.979, 1.026],
      ] as const
    ).map(([metric, ratio, low, high]) => ({metric, ratio, low, high, marginShare: 0.1, equivalent: true})),
    identity: [
      ['chat: image digest', digest],
      ['chat: arguments', argumentsText],
      ['chat: model', 'qwen2.5-coder-1.5b'],
      ['chat: version', '0.26.0'],
    ].map(([what = '', text = '']) => ({what, before: text, after: text, same: true})),
  };
};
