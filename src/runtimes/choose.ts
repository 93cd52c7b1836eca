import type {DockerFacts} from './docker/probe.ts';
import type {RuntimeName} from './stack.ts';

export interface RuntimeFacts {
  /** Whether --attach was given. */
  readonly attach: boolean;
  /** Whether an option was given that says how to start the engine, such as --command. */
  readonly command: boolean;
  readonly explicit: RuntimeName | null;
  readonly docker: DockerFacts;
  readonly gpus: number;
  /** Null where cutover cannot start the engine, or it was not looked for. */
  readonly engineInstalled: boolean | null;
}

/** Where the engine runs, and one line that says why. The simulated engine never takes a real one's place unsaid. */
export const chooseRuntime = (facts: RuntimeFacts): {runtime: RuntimeName; why: string} => {
  if (facts.explicit !== null) return {runtime: facts.explicit, why: `--runtime ${facts.explicit} was given.`};
  if (facts.attach) return {runtime: 'attach', why: '--attach was given.'};
  if (facts.command) return {runtime: 'process', why: 'How to start the engine was given.'};
  if (facts.gpus > 0 && facts.engineInstalled === true)
    return {runtime: 'process', why: `${gpusHere(facts.gpus)} and the engine is installed: starting it as a process.`};
  return {runtime: 'embedded', why: facts.gpus > 0 ? notStartable(facts) : noGpu(facts)};
};

const noGpu = ({docker}: RuntimeFacts): string => {
  const missing = docker.reachable ? 'No GPU' : `No Docker engine (${docker.reason}) and no GPU`;
  return `${missing} (nvidia-smi found none): using the embedded simulated engine.`;
};

const notStartable = ({gpus, docker, engineInstalled}: RuntimeFacts): string => {
  const why = engineInstalled === null ? 'cutover cannot start this engine' : 'the engine was not found';
  const containers = docker.reachable ? ' Docker is here too, but starting containers is not built yet.' : '';
  const way = engineInstalled === null ? 'start it' : 'add --python or --command, or start it';
  return `${gpusHere(gpus)}, but ${why}: using the embedded simulated engine.${containers} For the real one ${way} and add --attach.`;
};

const gpusHere = (gpus: number): string => (gpus === 1 ? 'A GPU is here' : `${gpus} GPUs are here`);
