import type {PodLoad, Rehearsal} from '../../schema/rehearsal.ts';
import type {RehearsalCheck} from '../../schema/rehearsal-verdict.ts';
import {clockErrorMs} from '../../stats/clock-error.ts';
import {countText} from '../metric-sentence.ts';
import {checksOf} from './check.ts';

/** As far as the clock of a shard's trial may be from the truth (stats/shard-gates.ts): a stage that is shorter would be another one. */
const mostErrorMs = 100;

/** Loads that were begun: of others nothing can have been sent. */
const begun = ({podLoads = []}: Pick<Rehearsal, 'podLoads'>): readonly PodLoad[] =>
  podLoads.filter(({startMs}) => startMs !== null);

/** How far a stamp of the client may be from this machine's clock; 0 where it is this machine's. */
export const clockErrorMsOf = (rehearsal: Pick<Rehearsal, 'podLoads'>): number =>
  Math.max(0, ...begun(rehearsal).flatMap(({shards}) => shards.map(({clocks}) => clockErrorMs(clocks))));

export const isWhole = ({shards}: PodLoad): boolean => shards.every(({journal}) => journal !== null);

const missing = ({sitting, shards}: PodLoad): readonly string[] =>
  shards.flatMap(({pod, journal, lost}, index) =>
    journal === null
      ? [lost ?? `the journal of shard ${index + 1} of ${shards.length} (pod ${pod}) in sitting ${sitting} is not here`]
      : [],
  );

/** Of a load that came from pods: that all that they sent can be accounted for, and by how exact stamps. None where it came from here. */
export const podChecks = (rehearsal: Rehearsal): RehearsalCheck[] => {
  if (rehearsal.podLoads === undefined) return [];
  const check = checksOf('both');
  const loads = begun(rehearsal);
  const gone = loads.flatMap(missing);
  const pods = loads.reduce((sum, {shards}) => sum + shards.length, 0);
  const errorMs = clockErrorMsOf(rehearsal);
  const known = `The clocks of the load pods are known within ${Number(errorMs.toFixed(2))} ms (limit ${mostErrorMs} ms)`;
  return [
    gone.length === 0
      ? check('load-whole', 'pass', `The journals of all ${countText(pods, 'load pod')} are here.`)
      : check('load-whole', 'void', `The load is not whole, and cannot be accounted for: ${gone.join('; ')}.`),
    errorMs <= mostErrorMs
      ? check('load-clocks', 'pass', `${known}.`)
      : check(
          'load-clocks',
          'inconclusive',
          `${known}: in which stage a request was sent, and how long none was answered, is not known well enough.`,
        ),
  ];
};
