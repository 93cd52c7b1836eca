import type {ServerFacts, StartStage, StartupFacts} from '../engines/engine.ts';
import type {ServerMemory, ServerStartup} from '../schema/server.ts';

const stageWords: Readonly<Record<StartStage, string>> = {
  load: 'loading weights',
  compile: 'compiling',
  'kv-pool': 'reserving the KV pool',
  graphs: 'recording CUDA graphs',
  'warm-up': 'warming up',
};

const order = Object.keys(stageWords);

/** A listener for a starting server's log that says each stage once, when it begins. Stages do not go back. */
export const stageTeller = (stageOf: (line: string) => StartStage | null, say: (line: string) => void) => {
  let reached = -1;
  return (line: string, afterSeconds: number): void => {
    const stage = stageOf(line);
    if (stage === null || order.indexOf(stage) <= reached) return;
    reached = order.indexOf(stage);
    say(`${stageWords[stage]} (after ${afterSeconds.toFixed(1)} s)`);
  };
};

/** What a start took, from the engine's log and from what the runtime did around it. */
export const startupOf = (
  {seconds}: StartupFacts,
  around: Pick<ServerStartup, 'pullSeconds' | 'createSeconds' | 'compileCache'>,
): ServerStartup => ({
  pullSeconds: around.pullSeconds,
  createSeconds: around.createSeconds,
  loadSeconds: seconds.load,
  compileSeconds: seconds.compile,
  graphsSeconds: seconds.graphs,
  compileCache: around.compileCache,
});

/** The parts that a log tells; the whole and the rest of it are nvidia-smi's to tell. */
export const memoryOf = ({memoryMiB, kvTokens}: StartupFacts, facts: ServerFacts): ServerMemory => ({
  weightsMiB: memoryMiB.weights,
  kvPoolMiB: memoryMiB.kvPool,
  graphsMiB: memoryMiB.graphs,
  otherMiB: null,
  processMiB: null,
  kvTokens: facts.kvTokens ?? kvTokens,
});
