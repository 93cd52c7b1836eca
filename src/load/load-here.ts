import {machineNow} from './clock.ts';
import type {LoadOutcome} from './join-parts.ts';
import {joinParts} from './join-parts.ts';
import {type PartOptions, preparePart} from './part.ts';
import {type LoadProgress, ProgressReport} from './progress.ts';
import {refuseImpossible} from './refuse-impossible.ts';
import {SharedCounts} from './shared-counts.ts';

export interface HereOptions extends Omit<PartOptions, 'part' | 'shared'> {
  /** At most four times a second, and at the end. */
  onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** A load whose connections are open, and whose server was warmed up where that is drained before the measurement. */
export interface ReadyLoad<Outcome = LoadOutcome> extends AsyncDisposable {
  /** Puts the load on the server and waits until every reply has ended; its connections are closed then. Once only. */
  run(): Promise<Outcome>;
}

/**
 * Gets a load from this thread ready. Failed requests are samples; what is thrown is a load that cannot be run
 * (BAD_SUITE), or what the callbacks and the session sources throw.
 */
const prepareHere = async ({onProgress, ...options}: HereOptions): Promise<ReadyLoad> => {
  refuseImpossible(options);
  const shared = new SharedCounts();
  await using opened = new AsyncDisposableStack();
  if (onProgress) opened.use(new ProgressReport({shared, load: options.load, onProgress}));
  const part = opened.use(await preparePart({...options, part: {index: 0, of: 1}, shared}));
  const open = opened.move();
  return {
    async run() {
      await using _ = open;
      const outcome = await part.run();
      const sent = shared.measure.get('sent');
      return joinParts([outcome], {...options, sent, beganMs: shared.beganMs ?? machineNow()});
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
};

/** Prepares a load and runs it. */
export const runHere = async (options: HereOptions): Promise<LoadOutcome> => {
  await using load = await prepareHere(options);
  return await load.run();
};
