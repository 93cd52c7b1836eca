/** Named faults of a rehearsal. Apart from rehearsal.ts, because --help names them and needs no validation. */
export const scenarioNames = [
  'none',
  'dies-while-loading',
  'dies-under-load',
  'hangs',
  'errors-in-bursts',
  'answers-wrong',
  'gets-slow',
  'leaks-memory',
  'runs-out-of-memory',
  'docker-restarts',
  'network-cut',
  'harness-killed',
] as const;
export type ScenarioName = (typeof scenarioNames)[number];
