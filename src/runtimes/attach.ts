import type {Engine, ServerFacts} from '../engines/engine.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import {type Role, roles} from '../schema/request.ts';
import {endpointOf} from './endpoint.ts';
import {interruptionOf} from './interruption.ts';
import {type ProbeReply, probe, readPages} from './probe.ts';
import type {BringUpListener, RunningServer, Stack} from './stack.ts';

export interface AttachOptions {
  readonly engine: Engine;
  /** Origins without a trailing slash; a role of null is for every role that has no URL of its own. */
  readonly targets: readonly {
    readonly role: Role | null;
    readonly url: string;
    /** What messages call it: the URL, when left out. */
    readonly name?: string;
  }[];
  /** Asked for in place of what the server offers first. */
  readonly models: Partial<Record<Role, string>>;
  readonly signal: AbortSignal;
  readonly onLine: BringUpListener;
}

/** SGLang's health generates a token, and its first one may compile kernels. */
const healthTimeoutMs = 20_000;

/** Of all pages of a simulated server the one that sglang_router has a worker answer; others it answers itself, without the mark. */
const workerPage = '/get_model_info';

/**
 * Takes servers that already serve. Throws ENGINE_UNREACHABLE when one does not answer, is not ready or names no model.
 * Disposing the stack stops nothing.
 */
export const attachTo = async ({engine, targets, models, signal, onLine}: AttachOptions): Promise<Stack> => {
  const servers: RunningServer[] = [];
  let simulated = engine.simulated;
  for (const {role, url: origin, name = origin} of targets) {
    const found = await look(engine, origin, name, signal);
    simulated ||= found.simulated;
    const here = role === null ? roles.filter(one => !targets.some(target => target.role === one)) : [role];
    const served = here.flatMap(one => {
      const model = models[one] ?? found.facts.models?.[one] ?? found.facts.model;
      return model === null
        ? []
        : [
            {
              role: one,
              url: origin,
              model,
              facts: found.facts,
              command: null,
              readySeconds: null,
              container: null,
              startup: null,
              memory: null,
            },
          ];
    });
    if (served.length === 0)
      throw new CutoverError('ENGINE_UNREACHABLE', `${name} answers, but does not tell its model`, {
        hint: 'Name it with --model.',
      });
    servers.push(...served);
    onLine(`${name} serves ${[...new Set(served.map(({model}) => model))].join(', ')}`);
  }
  return {
    engine,
    runtime: 'attach',
    evidence: simulated ? 'simulated' : 'real',
    servers,
    died: new AbortController().signal, // whose process it is, is not known here: its requests fail when it dies
    endpoint: role => endpointOf(servers, role),
    control: null,
    nvidiaSmi: null, // whose GPU it is, is not known either
    processesOf: async () => [],
    stop: async () => ({gpu: null, findings: []}),
    [Symbol.asyncDispose]: async () => {},
  };
};

/** Each page is asked for once: a server that counts or generates for a probe must not do so twice. */
const look = async (
  engine: Engine,
  origin: string,
  name: string,
  signal: AbortSignal,
): Promise<{facts: ServerFacts; simulated: boolean}> => {
  const {health} = engine;
  const reply = await ask(engine, origin, name, signal);
  // Where health is only a page of facts, the server has no health of its own, and any answer shows that it is there.
  if (!health.ready(reply) && !engine.factPaths.includes(health.path))
    throw new CutoverError(
      'ENGINE_UNREACHABLE',
      `${name} answers, but is not ready: ${health.path} gave ${reply.status}`,
      {
        hint: `Wait until it has started, and check that it is ${engine.title}.`,
      },
    );
  const known = health.method === 'GET' && reply.status < 400 ? {[health.path]: reply.body} : {};
  const rest = await readPages(
    origin,
    engine.factPaths.filter(path => path !== health.path),
    signal,
  );
  const behind = await readPages(origin, [workerPage], signal);
  const bodies = {...known, ...rest.bodies};
  const simulated =
    reply.simulated || rest.simulated || behind.simulated || (engine.simulatedBehind?.(bodies) ?? false);
  return {facts: engine.readFacts(bodies), simulated};
};

const ask = async (engine: Engine, origin: string, name: string, signal: AbortSignal): Promise<ProbeReply> => {
  try {
    return await probe(origin, engine.health, healthTimeoutMs, signal);
  } catch (thrown) {
    if (signal.aborted) throw interruptionOf(signal, `asking ${name}`);
    throw new CutoverError('ENGINE_UNREACHABLE', `${name} cannot be reached: ${reasonOf(thrown)}`, {
      hint: 'Check that the server runs there and is reachable from this machine, or correct --attach.',
      cause: thrown,
    });
  }
};
