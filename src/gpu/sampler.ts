import type {TrialGpu} from '../schema/trial.ts';
import type {NvidiaSmi} from './nvidia-smi.ts';
import {OwnedProcesses, type Owner} from './owned-processes.ts';
import {maskNames, memoryQuery, processesQuery, repeating, stateQuery} from './queries.ts';
import {TrialReadings} from './trial-readings.ts';

/** Five times a second: a server's memory moves when a request comes that needs more of it than any before. */
const memoryEveryMs = 200;
/** nvidia-smi's power is a mean over one second. */
const stateEveryMs = 1000;

interface GpuSamplerOptions {
  readonly nvidiaSmi: NvidiaSmi;
  /** The stack's servers, and those beside it. */
  readonly owners: readonly Owner[];
}

/** Watches the GPUs until it is stopped or disposed of. */
export interface GpuSampler extends AsyncDisposable {
  /** What was seen so far is forgotten: the measured part begins here. */
  begin(): void;
  /** What was seen since; null where nothing was. */
  stop(): Promise<TrialGpu | null>;
}

/** The query that this driver understands; null when nvidia-smi does not answer. */
const understoodStateQuery = async (nvidiaSmi: NvidiaSmi): Promise<readonly string[] | null> => {
  for (const name of maskNames) {
    const query = stateQuery(name);
    if ((await nvidiaSmi.read(query)) !== null) return query;
  }
  return null;
};

/**
 * Reads memory per card and per process, power, clocks and temperature while a trial runs; null where there is no
 * nvidia-smi that answers. Each row costs the harness one split of some sixty characters, eleven times a second and card.
 */
export const sampleGpu = async ({nvidiaSmi, owners}: GpuSamplerOptions): Promise<GpuSampler | null> => {
  const state = await understoodStateQuery(nvidiaSmi);
  if (state === null) return null;
  const owned = new OwnedProcesses(owners, () => performance.now());
  let readings = new TrialReadings(owned.strangers);
  await owned.ask();
  await using following = new AsyncDisposableStack();
  const follow = async (query: readonly string[], everyMs: number, add: (fields: readonly string[]) => void) =>
    following.use(await nvidiaSmi.follow(repeating(query, everyMs), line => add(line.split(', '))));
  try {
    await follow(memoryQuery, memoryEveryMs, fields => readings.addMemory(fields));
    await follow(processesQuery, memoryEveryMs, fields => {
      const pid = readings.addProcess(fields);
      if (pid !== null) owned.saw(pid);
    });
    await follow(state, stateEveryMs, fields => readings.addState(fields));
  } catch {
    return null; // it answered once and cannot be started now: not measured
  }
  const running = following.move();
  return {
    begin() {
      readings = new TrialReadings(owned.strangers);
    },
    async stop() {
      await running.disposeAsync();
      return readings.read(await owned.ask());
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};
