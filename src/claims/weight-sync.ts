import type {Disturbance, WeightsSpec} from '../schema/disturbance.ts';
import {disturbedTrialsOf, idsOf, sides, type TrialOfRun} from './evidence.ts';
import {figure, listed} from './figures.ts';
import {confirmed, inconclusive, type Rule, refuted} from './outcome.ts';

interface Claimed {
  readonly method: WeightsSpec['method'];
  /** From the call to the first answer of the new weights. */
  readonly seconds: readonly [least: number, most: number];
  readonly cache: 'kept' | 'lost';
  /** While no record holds such a change. */
  readonly otherwise: Rule;
}

interface Change extends TrialOfRun {
  readonly seconds: number;
  readonly cache: 'kept' | 'lost' | null;
}

/** One change says little of the slowest one. */
const fewestChanges = 3;
/** Weights of the 3B model that the times were told of, in 16 bits, a tenth less than they are. */
const exampleMiB = 5400;

/** Where the caller may have the cache emptied, the claim is of a change that does not. */
const isClaimed = (disturbance: Disturbance | null, method: Claimed['method']): disturbance is Disturbance =>
  disturbance !== null &&
  disturbance.spec.kind === 'weights' &&
  disturbance.spec.method === method &&
  (method !== 'disk' || disturbance.spec.flush === false);

const hasSmallModel = ({run}: TrialOfRun): boolean =>
  run.engine.servers.some(({role, memory}) => role === 'chat' && (memory?.weightsMiB ?? 0) < exampleMiB);

/** Whether new weights that come in this way answer in the claimed time, and find the claimed cache. */
export const syncedBy =
  ({method, seconds: [least, most], cache: claimedCache, otherwise}: Claimed): Rule =>
  (claim, evidence) => {
    const changes = disturbedTrialsOf(evidence, sides.to, ({disturbance}) => isClaimed(disturbance, method)).flatMap(
      (found): readonly Change[] => {
        const {effectMs, kept} = found.trial.disturbance as Disturbance;
        const cache = kept.find(({of}) => of === 'new')?.cache ?? null;
        return effectMs === null ? [] : [{...found, seconds: effectMs / 1000, cache}];
      },
    );
    if (changes.length === 0) return otherwise(claim, evidence);
    const ids = idsOf(changes);
    const times = listed(changes.map(({seconds}) => figure(seconds)));
    const caches = [...new Set(changes.map(({cache}) => cache ?? 'not told'))];
    const failed = changes.reduce((sum, {trial}) => sum + (trial.disturbance?.during.failed ?? 0), 0);
    const said =
      `From the call to the first answer of the new weights: ${times} s, claimed ${least} to ${most} s; the cache of one prompt ` +
      `was ${listed(caches)} for them, claimed ${claimedCache}; ${failed} requests failed meanwhile`;

    if (changes.some(({cache}) => cache !== null && cache !== claimedCache)) return refuted(`${said}.`, ids);
    if (changes.some(({seconds}) => seconds > most)) return refuted(`${said}.`, ids);
    if (changes.some(({seconds}) => seconds < least)) {
      const small = changes.some(hasSmallModel);
      return small
        ? inconclusive(`${said}. It is sooner, and of a smaller model than the 3B one of the source.`, null, ids)
        : refuted(`${said}: it is sooner.`, ids);
    }
    return changes.length >= fewestChanges && !caches.includes('not told')
      ? confirmed(`${said}.`, ids)
      : inconclusive(`${said}. It takes ${fewestChanges} changes, and a server that tells cached tokens.`, null, ids);
  };
