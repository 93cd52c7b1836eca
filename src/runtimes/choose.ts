import type {DockerFacts} from './docker/probe.ts';
import type {RuntimeName} from './stack.ts';

export interface RuntimeFacts {
  /** Whether --attach was given. */
  readonly attach: boolean;
  /** Whether an option was given that says how to start the engine as a process. */
  readonly command: boolean;
  /** Whether an option was given that only containers have a use for. */
  readonly container: boolean;
  /** Whether a launch plan was named: then a real engine is to be started. */
  readonly plan: boolean;
  readonly explicit: RuntimeName | null;
  readonly docker: DockerFacts;
  readonly gpus: number;
  /** Whether cutover can start this engine at all. */
  readonly startable: boolean;
  /** Null where it was not looked for. */
  readonly engineInstalled: boolean | null;
}

/** Where the engine runs, and one line that says why. The simulated engine never takes a real one's place unsaid. */
export const chooseRuntime = (facts: RuntimeFacts): {runtime: RuntimeName; why: string} => {
  const {docker, gpus} = facts;
  if (facts.explicit !== null) return {runtime: facts.explicit, why: `--runtime ${facts.explicit} was given.`};
  if (facts.attach) return {runtime: 'attach', why: '--attach was given.'};
  if (facts.command) return {runtime: 'process', why: 'How to start the engine was given.'};
  if (facts.container) return {runtime: 'docker', why: '--docker-settings was given.'};
  if (facts.startable && docker.reachable && docker.gpuRuntime)
    return {runtime: 'docker', why: `${docker.reason} with a GPU is here: starting the engine in containers.`};
  if (gpus > 0 && facts.engineInstalled === true)
    return {runtime: 'process', why: `${gpusHere(gpus)} and the engine is installed: starting it as a process.`};
  if (facts.plan) return {runtime: 'process', why: 'A launch plan was named, and no Docker engine with a GPU is here.'};
  return {runtime: 'embedded', why: gpus > 0 ? notStartable(facts) : noGpu(facts)};
};

const noGpu = ({docker}: RuntimeFacts): string => {
  const missing = docker.reachable ? 'No GPU' : `No Docker engine (${docker.reason}) and no GPU`;
  return `${missing} (nvidia-smi found none): using the embedded simulated engine.`;
};

const notStartable = ({gpus, docker, startable}: RuntimeFacts): string => {
  if (!startable)
    return `${gpusHere(gpus)}, but cutover cannot start this engine: using the embedded simulated engine. For the real one start it and add --attach.`;
  const containers = docker.reachable
    ? 'Docker cannot hand it to containers (npm run doctor says what is missing)'
    : `there is no Docker engine (${docker.reason})`;
  return `${gpusHere(gpus)}, but the engine was not found and ${containers}: using the embedded simulated engine. For the real one add --python or --command, or start it and add --attach.`;
};

const gpusHere = (gpus: number): string => (gpus === 1 ? 'A GPU is here' : `${gpus} GPUs are here`);
