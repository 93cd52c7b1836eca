import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import Docker from 'dockerode';
import {expect} from 'vitest';
import {readGatewayJournal} from '../../records/read-journal.ts';
import {fakeEngineImage} from '../../runtimes/docker/test-docker.ts';
import type {GatewayLine} from '../../schema/journal.ts';
import type {RehearsalPlan, StrategyKind, StrategySpec} from '../../schema/rehearsal-plan.ts';
import type {RehearsalVerdict} from '../../schema/rehearsal-verdict.ts';
import type {Role} from '../../schema/request.ts';
import {leftIn, readRun, tiny} from './test-rehearse.ts';

/** Each strategy as short as it can be. */
export const shortStrategies: Readonly<Record<StrategyKind, StrategySpec>> = {
  restart: {kind: 'restart'},
  'blue-green': {kind: 'blue-green'},
  canary: {kind: 'canary', steps: [0.5, 1].map(share => ({share, seconds: 0.5, maxSeconds: 20}))},
  shadow: {kind: 'shadow', share: 1},
};

/** One embed server on each side, so that two containers are all that a rehearsal takes. */
const onlyEmbed = (strategy: StrategySpec): RehearsalPlan => {
  const plan = tiny(strategy);
  return {
    ...plan,
    load: plan.load.filter(({workload}) => workload.kind === 'embed'),
    // How fast a busy machine is must find nothing that nobody did; and each question beside the load takes time from it.
    watch: {...plan.watch, latencyMarginShare: 1000, hangSeconds: 8, parityEverySeconds: null},
    limits: {...plan.limits, recoverSeconds: 5},
    answers: {
      ...plan.answers,
      ask: {kind: 'parity', texts: 16, rankings: 1, chats: 0},
      // As in suites/rehearsals: without it two engines that compute a little otherwise are neither the same nor different.
      allow: {'embed.cosine': 0.01, 'embed.norm': 0.01, 'embed.nearest': 0.05, 'embed.nearest10': 0.3},
    },
  };
};

interface OnDocker {
  readonly strategy: StrategySpec;
  readonly change?: (plan: RehearsalPlan) => RehearsalPlan;
  /** Of each container. */
  readonly memoryGiB?: number;
  readonly image?: string;
  /** Of the servers of each side. */
  readonly roles?: readonly Role[];
}

/** Words that rehearse in `<folder>/run`, both sides being the fake engine in containers. */
export const rehearseOnDocker = async (folder: string, of: OnDocker): Promise<readonly string[]> => {
  const {strategy, change = plan => plan, memoryGiB, image = await fakeEngineImage(), roles = ['embed']} = of;
  const caches = {modelCache: 'cutover-fake-models', compileCache: 'cutover-fake-compiled'};
  const stack = (engine: string, port: number) => ({
    ...{name: engine, engine, description: 'The fake engine'},
    servers: roles.map((role, at) => ({role, model: 'm', port: port + at, arguments: {}})),
  });
  const files = {
    plan: change(onlyEmbed(strategy)),
    host: {image, gpus: 'none', ...caches, memoryGiB},
    baseline: stack('vllm', 8000),
    candidate: stack('sglang', 30_000),
  };
  const at = (name: string) => join(folder, `${name}.yaml`);
  for (const [name, value] of Object.entries(files)) await writeFile(at(name), JSON.stringify(value)); // JSON is YAML
  return [
    ...['rehearse', '--strategy', at('plan'), '--runtime', 'docker', '--docker-settings', at('host')],
    ...['--baseline-stack', at('baseline'), '--candidate-stack', at('candidate'), '--timeout', '10'],
    ...['--port', '0', '--format', 'csv', '--out', join(folder, 'run')],
  ];
};

/** Containers, networks and processes that name the folder: by their labels, and by their command lines. */
export const leftOnDocker = async (folder: string, docker = new Docker()): Promise<readonly string[]> => {
  const named = (one: {Labels?: Record<string, string> | undefined}) =>
    Object.values(one.Labels ?? {}).some(label => label.includes(folder));
  const containers = (await docker.listContainers({all: true})).filter(named).map(({Names}) => Names[0] ?? '');
  const networks = (await docker.listNetworks()).filter(named).map(({Name}) => Name);
  return [...containers, ...networks, ...leftIn(folder).map(({command}) => command)];
};

const gatewayLinesOf = (folder: string): Promise<readonly GatewayLine[]> =>
  Array.fromAsync(readGatewayJournal(join(folder, 'run')));

/** The status of GET /health: 200 where the side that has the route answers. A request would be one that the load's client does not know of. */
export const healthAt = async (url: string | null | undefined): Promise<number> =>
  (await fetch(`${url}/health`, {signal: AbortSignal.timeout(10_000)})).status;

/** For people: the figures of a cell in one line. */
export const figuresOf = ({accounting, times}: RehearsalVerdict): string => {
  const {sent, refused, failed} = accounting;
  const seconds = (value: number | null) => (value === null ? '-' : `${value.toFixed(1)} s`);
  const ms = (value: number | null) => (value === null ? '-' : `${value.toFixed(0)} ms`);
  return [
    `found ${seconds(times.detectSeconds)}, back ${seconds(times.rollbackSeconds)}, recovered ${seconds(times.recoverSeconds)}`,
    `${failed} failed and ${refused} refused of ${sent}`,
    `downtime ${ms(times.cutoverDowntimeMs)}, ${ms(times.faultDowntimeMs)}, ${ms(times.rollbackDowntimeMs)}`,
  ].join(' | ');
};

/** Checks whose outcome the machine decides as well, when it does other things beside: no test may count on them. */
const ofTheMachine: readonly string[] = ['client-on-time', 'recover', 'recover-time', 'latency', 'equivalence'];

/**
 * What holds of every rehearsal that came to its end: all is accounted for, what failed was at the candidate between the fault and
 * the way back, and the baseline is what it was.
 */
export const expectWhole = async (folder: string, {baselineMayFail = false} = {}): Promise<void> => {
  const {rehearsal, verdict} = await readRun(folder);
  expect(rehearsal).toMatchObject({status: 'complete', failure: null});
  expect(rehearsal.helpers).toEqual({gateway: null, baseline: null, candidate: null});
  expect(verdict.accounts.differences).toEqual([]);
  expect(verdict.accounting).toMatchObject({lost: 0, duplicated: 0});
  const {sent, served, refused, failed} = verdict.accounting;
  expect(served + refused + failed).toBe(sent);
  expect(verdict.identity.filter(({same}) => !same)).toEqual([]);
  const broken = verdict.checks.filter(
    ({of, outcome, code}) => of !== 'migration' && outcome === 'fail' && !ofTheMachine.includes(code),
  );
  expect(broken).toEqual([]);

  const {events} = rehearsal;
  const faultMs = events.find(({kind}) => kind === 'fault')?.atMs ?? Number.POSITIVE_INFINITY;
  const backMs = events.find(
    ({kind, atMs, route}) => kind === 'route' && atMs > faultMs && route?.primary !== 'candidate',
  )?.atMs;
  const elsewhere = (await gatewayLinesOf(folder)).filter(
    ({outcome, mirror, target, receivedMs, endMs}) =>
      outcome === 'failed' &&
      !mirror &&
      !(
        (target === 'candidate' || baselineMayFail) &&
        endMs > faultMs &&
        receivedMs < (backMs ?? Number.POSITIVE_INFINITY)
      ),
  );
  expect(elsewhere).toEqual([]);
};
