import type {Part} from '../schema/stack-parts.ts';
import type {MetricsReading} from './engine.ts';

/** One server behind a router; `reading` is null where its page was not had. */
interface MemberReading {
  readonly part: Part;
  readonly reading: MetricsReading | null;
}

type Key = keyof MetricsReading;

/** Null as soon as one of them does not tell: a sum without it would be of another stack. */
const valuesOf = (members: readonly MemberReading[], key: Key): readonly number[] | null => {
  const values = members.map(({reading}) => reading?.[key] ?? null);
  return values.length > 0 && values.every(value => value !== null) ? values : null;
};

const sumOf = (members: readonly MemberReading[], key: Key): number | null =>
  valuesOf(members, key)?.reduce((sum, value) => sum + value, 0) ?? null;

/**
 * What the servers behind a router tell, as one server would. Prompts are counted where they are read and answers where they are written: a
 * prefill and a decode server both count the prompt that went through both. Of the KV pools it is the fullest.
 */
export const foldReadings = (members: readonly MemberReading[]): MetricsReading | null => {
  if (members.every(({reading}) => reading === null)) return null;
  const readers = members.filter(({part}) => part !== 'decode');
  const writers = members.filter(({part}) => part !== 'prefill');
  const shares = valuesOf(members, 'kvUsage');
  return {
    runningRequests: sumOf(members, 'runningRequests'),
    waitingRequests: sumOf(members, 'waitingRequests'),
    kvUsage: shares && Math.max(...shares),
    promptTokensTotal: sumOf(readers, 'promptTokensTotal'),
    generationTokensTotal: sumOf(writers, 'generationTokensTotal'),
    prefixQueriesTotal: sumOf(readers, 'prefixQueriesTotal'),
    prefixHitsTotal: sumOf(readers, 'prefixHitsTotal'),
  };
};
