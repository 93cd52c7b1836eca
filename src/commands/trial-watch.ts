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
  /** The size of the KV pool of the server under load. */
  readonly kvTokens: number | null;
  readKvShare(): Promise<number | null>;
}

const startSampler = async (stack: WatchOptions['stack']): Promise<GpuSampler | null> => {
  const {nvidiaSmi, servers} = stack;
  if (nvidiaSmi === null) return null;
  const processes = await Promise.all(servers.map(async ({role}) => [role, await stack.processesOf(role)] as const));
  return sampleGpu({nvidiaSmi, processes: new Map(processes)});
};

/** Starts to watch the GPUs, where the stack has some, and how full the server's KV pool is. */
export const watchTrial = async ({stack, kvTokens, readKvShare}: WatchOptions): Promise<TrialWatch> => {
  const sampler = await startSampler(stack);
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
