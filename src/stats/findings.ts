import type {Finding} from '../schema/finding.ts';
import {
  clientLag,
  clientSwitched,
  rateNotReached,
  refusedConnections,
  scheduleLag,
  unsentRequests,
} from './client-gates.ts';
import type {Gate, Judged} from './gate.ts';
import {clocksCapped, gpuShared, throttled} from './gpu-gates.ts';
import {cacheCounters, visitsOverlap} from './prefix-hits.ts';
import {errors, nothingMeasured, outputLength, outputTokensUnknown, tokensPerEvent} from './reply-gates.ts';
import {shardLate, shardMissing, shardSaturated} from './shard-gates.ts';
import {littlesLaw, noSteadyWindow, p99NotCertified} from './window-gates.ts';

const gates: readonly Gate[] = [
  nothingMeasured,
  shardMissing,
  shardLate,
  shardSaturated,
  clientLag,
  scheduleLag,
  rateNotReached,
  unsentRequests,
  refusedConnections,
  clientSwitched,
  errors,
  outputLength,
  outputTokensUnknown,
  tokensPerEvent,
  cacheCounters,
  visitsOverlap,
  noSteadyWindow,
  littlesLaw,
  p99NotCertified,
  throttled,
  clocksCapped,
  gpuShared,
];

/** What is wrong with a trial, from its own record and the facts of its samples. The state of the cache is judged where it is reset. */
export const judgeTrial = (judged: Judged): Finding[] =>
  gates.map(gate => gate(judged)).filter(finding => finding !== null);

/** What a shard that is missing was to send was sent by nobody: its absence tells that. */
export const toldByCause = (findings: readonly Finding[]): Finding[] =>
  findings.some(({code}) => code === 'shard-missing') ? findings.filter(({code}) => code !== 'unsent') : [...findings];

/** What those gates can say, whoever asks them. */
export const judgedCodes: ReadonlySet<string> = new Set([
  'nothing-measured',
  'shard-missing',
  'shard-late',
  'shard-saturated',
  'client-lag-unknown',
  'client-lag',
  'schedule-lag',
  'rate-not-reached',
  'unsent',
  'connections-refused',
  'client-switched',
  'errors',
  'output-length',
  'output-tokens-unknown',
  'tokens-per-event',
  'cache-counters',
  'visits-overlap',
  'no-steady-window',
  'littles-law',
  'p99-not-certified',
  'throttled',
  'power-capped',
  'gpu-shared',
]);
