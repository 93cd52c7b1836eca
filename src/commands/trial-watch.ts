import {type GpuSampler, sampleGpu} from '../gpu/sampler.ts';
import {KvWatch} from '../load/kv-watch.ts';
import type {LoadProgress} from '../load/run-load.ts';
import type {Stack} from '../runtimes/stack.ts';
import type {Trial} from '../schema/trial.ts';

/** What is watched beside a trial's load. Disposing of it ends what it started. */
interface TrialWatch extends AsyncDisposable {
  /** Tells it how the load goes: only the measured part counts. */
  onProgress(progress: LoadProgress): void;
  end(): Promise<Pick<Trial, 'gpu' | 'kvUse'>>;
}

interface WatchOptions {
  readonly stack: Pick<Stack, 'nvidiaSmi' | 'servers' | 'processesOf'>;
  /** Stacks that this harness has up beside it, whose processes are no strangers'. */
  readonly neighbours: readonly Pick<Stack, 'servers' | 'processesOf'>[];
  /** The size of the KV pool of the server under load. */
  readonly kvTokens: number | null;
  readKvShare(): Promise<number | null>;
}

const ownersOf = ({servers, processesOf}: WatchOptions['neighbours'][number]) =>
  servers.map(({role}) => ({role, processes: () => processesOf(role)}));

const startSampler = async ({stack, neighbours}: WatchOptions): Promise<GpuSampler | null> => {
  const {nvidiaSmi} = stack;
  if (nvidiaSmi === null) return null;
  const beside = neighbours.flatMap(ownersOf).map(owner => ({...owner, role: null}));
  return sampleGpu({nvidiaSmi, owners: [...ownersOf(stack), ...beside]});
};

/** Starts to watch the GPUs, where the stack has some, and how full the server's KV pool is. */
export const watchTrial = async (options: WatchOptions): Promise<TrialWatch> => {
  const {kvTokens, readKvShare} = options;
  const sampler = await startSampler(options);
  const kv = new KvWatch(kvTokens, readKvShare);
  let begun = false;
  return {
    onProgress(progress) {
      if (progress.phase === 'measure' && !begun) {
        begun = true;
        sampler?.begin();
      }
      kv.onProgress(progress);
    },
    async end() {
      const [gpu, kvUse] = await Promise.all([sampler?.stop() ?? null, kv.end()]);
      return {gpu, kvUse};
    },
    [Symbol.asyncDispose]: async () => {
      await sampler?.[Symbol.asyncDispose]();
    },
  };
};
