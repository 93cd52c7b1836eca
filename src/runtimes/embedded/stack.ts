import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {Role} from '../../schema/request.ts';
import {servedRoles} from '../../schema/served-roles.ts';
import type {StackPlan} from '../../schema/stack.ts';
import {alsoServed} from '../also-served.ts';
import {type EmbeddedOptions, poolOf} from '../embedded.ts';
import {freePort} from '../free-port.ts';
import {launchOf} from '../launch-of.ts';
import {readPages} from '../probe.ts';
import {startServer} from '../process/server.ts';
import {setLogAside} from '../set-log-aside.ts';
import type {RunningServer, Stack} from '../stack.ts';
import {startedStack} from '../started-stack.ts';
import {type Member, membersOf} from '../topology/members.ts';
import {type MemberStart, Roster, type StartedServer} from '../topology/roster.ts';
import {simulatedConfig} from './simulated-config.ts';
import {startSimulated} from './simulated-server.ts';

export interface EmbeddedStackOptions extends Omit<EmbeddedOptions, 'model'> {
  readonly plan: StackPlan;
  /** In place of the plan's. */
  readonly models: Partial<Record<Role, string>>;
  readonly roles: readonly Role[];
  /** The interpreter that has the router's program. */
  readonly python: string;
  /** Gets the router's log. */
  readonly logDir: string;
}

const host = '127.0.0.1';

/**
 * Brings a plan up with simulated engines, each in a thread of its own, and with its real router as a process. Ports are free
 * ones, and no GPU is needed. Throws as `startProcesses` does.
 */
export const startEmbeddedStack = async (options: EmbeddedStackOptions): Promise<Stack> => {
  const {engine, plan, models, roles, logDir, signal} = options;
  const launch = launchOf(engine, plan, roles);
  await mkdir(logDir, {recursive: true});
  const members = await Promise.all(membersOf(plan, roles, models).map(onFreePorts));
  const roster = new Roster({
    engine,
    launch,
    members,
    signal,
    start: what => (what.member.server.part === 'router' ? startRouter(what, options) : startEngine(what, options)),
  });
  await using started = new AsyncDisposableStack();
  started.defer(() => roster.stopAll());
  await roster.startAll();
  const running = started.move();
  const stack = startedStack({
    ...{engine, runtime: 'embedded', roster, nvidiaSmi: null, account: null},
    down: () => running.disposeAsync(),
  });
  return stack;
};

/** The plan's may be those of a real stack that runs beside it; a thread finds one itself. No card: a simulated engine has none. */
const onFreePorts = async (member: Member): Promise<Member> => {
  const {server} = member;
  const {part} = server;
  const bootstrap = part === 'prefill' ? {bootstrapPort: await freePort()} : {};
  return {...member, cards: [], server: {...server, port: part === 'router' ? await freePort() : 0, ...bootstrap}};
};

const startEngine = async (what: MemberStart, options: EmbeddedStackOptions): Promise<StartedServer> => {
  const {member, program} = what;
  const {server, name} = member;
  const {dialect, seed, faults, signal: _, onServer} = options;
  options.onLine(`${name}: starting the simulated engine (${dialect} dialect) in a thread`);
  const {url, readySeconds, kill} = await startSimulated({
    ...{
      title: program.title,
      health: program.health,
      owe: what.owe,
      onDeath: what.onDeath,
      signal: what.signal,
      onServer,
    },
    config: {
      ...simulatedConfig(server, dialect),
      port: Number(new URL(what.before ?? 'http://x:0').port),
      seed,
      faults: [...faults],
      ...poolOf(options),
    },
    who: {name, part: server.part, roles: servedRoles(server)},
    readyWithinSeconds: server.readyWithinSeconds,
  });
  options.onLine(`${name}: ready after ${readySeconds.toFixed(1)} s`);
  const {bodies} = await readPages(url, program.factPaths, what.signal);
  const facts = program.readFacts(bodies);
  const running: RunningServer = {
    ...{role: server.role, url, model: facts.model ?? server.model, facts, command: null, readySeconds},
    ...{container: null, startup: null, memory: null},
  };
  return {
    server: running,
    also: alsoServed(running, server),
    simulated: true,
    innerUrl: url,
    kill,
  };
};

const startRouter = async (what: MemberStart, {python, logDir, onLine, onServer}: EmbeddedStackOptions) => {
  const {name, server} = what.member;
  const {launcher, arguments: wordsOf, environment} = what.program.launch;
  await setLogAside(logDir, name);
  return startServer({
    ...what,
    command: [...launcher(python), ...wordsOf(server, host)],
    environment: {...environment(server), ...server.environment},
    url: `http://${host}:${server.port}`,
    logPath: join(logDir, `${name}.log`),
    onLine: line => onLine(`${name}: ${line}`),
    onServer,
  });
};
