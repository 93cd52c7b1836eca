import type {Endpoint} from './engine.ts';

/** Whom to ask for what is in a stack's prefix caches. */
interface CacheHolders {
  readonly asked: readonly Endpoint[];
  /** Prefill servers of which the router alone knows which one is asked; 0 where there are not several. */
  readonly unknownAmong: number;
}

/**
 * Replicas are asked past their router, so that each is. Behind a router that splits requests no server can be asked alone: the
 * router is, and whichever of several prefill servers it chooses.
 */
export const cacheHoldersOf = ({behind = [], ...endpoint}: Endpoint): CacheHolders => {
  if (behind.length > 0 && behind.every(({part}) => part === 'replica'))
    return {asked: behind.map(({url}) => ({...endpoint, url})), unknownAmong: 0};
  const prefills = behind.filter(({part}) => part === 'prefill').length;
  return {asked: [endpoint], unknownAmong: prefills > 1 ? prefills : 0};
};
