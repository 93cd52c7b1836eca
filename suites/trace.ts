import type {Suite} from '../src/schema/suite.ts';

/** Our own trace; --trace puts another one in its place. */
const ownTrace = {
  file: 'code-search.jsonl',
  sha256: '860bc87238171d8493f8b331d513088dad2ab125151aaf09a36a37d0d85088c1',
};
const rows = 677;

export const trace: Suite = {
  name: 'trace',
  question:
    'How does the engine serve what users really sent, at the times, with the lengths and with the prefixes that they had?',
  repetitions: 3,
  stages: [
    {
      name: 'trace',
      workload: {kind: 'trace', ...ownTrace, rows, blockTokens: 512},
      load: {
        mode: 'open',
        arrivals: 'trace',
        trace: {...ownTrace, speed: 1, arrivals: rows},
        ratePerSecond: 15.0262, // 676 gaps in 44.988 s
        maxInFlight: null,
        requests: rows,
        durationSeconds: null,
        warmup: 16,
      },
    },
  ],
};
