import type {z} from 'zod';
import type {Engine} from '../engines/engine.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import {localNvidiaSmi} from '../gpu/local.ts';
import type {ServerHandle, ServerListener} from '../runtimes/server-handle.ts';
import type {BringUpListener, RuntimeName, Stack} from '../runtimes/stack.ts';
import type {EngineAccount} from '../schema/journal.ts';
import type {Role} from '../schema/request.ts';
import {accountOf, readCounters} from './account.ts';
import type {Done, KeeperMemory, KeeperState, RelayMode, Stopped, strikeBody} from './contract.ts';
import {memoryNow, processesNow} from './memory.ts';
import {NotPossible} from './not-possible.ts';
import {Relays} from './relay/relays.ts';
import {strikeServer} from './strike.ts';
import type {VramHogs} from './vram-hog.ts';

export interface KeptStackOptions {
  readonly engine: Engine;
  /** The plan's name. */
  readonly stack: string | null;
  readonly runtime: RuntimeName;
  /** Whether an HTTP relay stands in front of each server. */
  readonly relay: boolean;
  readonly hogs: VramHogs;
  bringUp(hooks: {onServer: ServerListener; onLine: BringUpListener; signal: AbortSignal}): Promise<Stack>;
  /** The stack's servers as a record has them. */
  describe(stack: Stack): Promise<KeeperState['servers']>;
  readonly onLine: BringUpListener;
  /** The machine's monotonic clock. */
  readonly nowMs: () => number;
}

const keptLines = 20;

/** One stack, from its start to its end, and all that a rehearsal asks of it. */
export class KeptStack {
  readonly #options: KeptStackOptions;
  #handles: readonly ServerHandle[] = [];
  readonly #frozen = new Set<ServerHandle>();
  readonly #lines: string[] = [];
  readonly #abort = new AbortController();
  readonly #firstServer = Promise.withResolvers<void>();
  readonly #relays = new Relays();
  #status: KeeperState['status'] = 'starting';
  #failure: KeeperState['failure'] = null;
  #stack: Stack | null = null;
  /** With their own URLs. */
  #servers: KeeperState['servers'] = [];
  #counted: Partial<Record<Role, number | null>> = {};
  #ending: Promise<Stopped> | null = null;
  readonly #starting: Promise<void>;
  readonly #ended = Promise.withResolvers<void>();
  #thrown: unknown = null;

  /** Begins to bring it up at once. */
  constructor(options: KeptStackOptions) {
    this.#options = options;
    this.#starting = this.#start().catch((thrown: unknown) => this.#fail('failed', thrown));
  }

  /** Resolves when it serves, or has failed to. */
  get started(): Promise<void> {
    return this.#starting;
  }

  /** Resolves when it has failed or died by itself. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** What it failed or died of; null where it did not. */
  get thrown(): unknown {
    return this.#thrown;
  }

  state(): KeeperState {
    const {engine, stack, runtime} = this.#options;
    return {
      ...{status: this.#status, failure: this.#failure, engine: engine.name, stack, runtime},
      evidence: this.#stack?.evidence ?? null,
      servers: this.#servers.map(server => ({...server, url: this.#relays.urlOf(server.url)})),
      lines: [...this.#lines],
    };
  }

  memory(): Promise<KeeperMemory> {
    const {runtime, nowMs, hogs} = this.#options;
    return memoryNow({
      handles: this.#handles,
      nvidiaSmi: this.#stack === null && runtime === 'process' ? localNvidiaSmi : (this.#stack?.nvidiaSmi ?? null),
      urls: [...new Set(this.#servers.flatMap(enginesOf))],
      simulated: this.#stack?.evidence === 'simulated',
      pids: hogs.pids,
      nowMs,
    });
  }

  processes(): Promise<readonly number[]> {
    return processesNow({handles: this.#handles, pids: this.#options.hogs.pids});
  }

  async account(): Promise<EngineAccount> {
    if (this.#stack === null) return {by: 'none', requests: [], finished: {}};
    return accountOf(this.#asked(this.#stack), this.#counted);
  }

  /** Waits for the first server to strike while there is none. Rejects with NotPossible. */
  async strike(strike: z.infer<typeof strikeBody>): Promise<Done> {
    const {act, role} = strike;
    if (this.#options.runtime === 'attach')
      throw new NotPossible('the servers were not started here: whose processes they are is not known');
    if (this.#status === 'starting') await Promise.race([this.#firstServer.promise, this.#starting]);
    const struck = this.#handles.filter(
      ({roles, part}) => part !== 'router' && (role === undefined || roles.includes(role)), // a fault of an engine, which a router is not
    );
    if (struck.length === 0) throw new NotPossible(`there is no ${role ?? ''} server to ${act} (${this.#status})`);
    if (this.#relays.any && (act === 'cut' || act === 'mend')) {
      const urls = this.#servers.filter(one => role === undefined || one.role === role).map(({url}) => url);
      return this.relay({mode: act === 'cut' ? 'cut' : 'pass'}, urls);
    }
    const atMs = this.#options.nowMs();
    await Promise.all(struck.map(handle => this.#strikeOne(handle, strike)));
    return this.#done(`${act}: ${struck.flatMap(({roles}) => roles).join(', ')}`, atMs);
  }

  /** Of the servers with these URLs, or of all. Throws NotPossible where there are no relays (yet). */
  relay(mode: RelayMode, urls?: readonly string[]): Done {
    if (!this.#options.relay) throw new NotPossible('this stack was started without --relay');
    if (!this.#relays.any) throw new NotPossible(`there is no server to stand in front of (${this.#status})`);
    const atMs = this.#options.nowMs(); // before it: what it breaks must not have been broken before the fault
    this.#relays.set(mode, urls);
    return this.#done(`relay: ${mode.mode}`, atMs);
  }

  /** Once, however often it is asked for. */
  stop(): Promise<Stopped> {
    this.#ending ??= this.#stop();
    return this.#ending;
  }

  async #start(): Promise<void> {
    const {bringUp, describe, relay} = this.#options;
    const stack = await bringUp({
      onServer: handle => {
        // One that was started again takes the place of its old self, which has nothing left to ask.
        this.#handles = [...this.#handles.filter(({name}) => name !== handle.name), handle];
        this.#firstServer.resolve();
      },
      onLine: line => this.#say(line),
      signal: this.#abort.signal,
    });
    this.#stack = stack;
    const servers = await describe(stack);
    this.#counted = await readCounters(stack);
    if (relay) await this.#relays.start(servers.map(({url}) => url));
    this.#servers = servers;
    this.#status = 'serving';
    const onDeath = () => {
      this.#fail('died', stack.died.reason);
      this.#relays.look();
    };
    if (stack.died.aborted) onDeath();
    else stack.died.addEventListener('abort', onDeath, {once: true});
  }

  async #strikeOne(handle: ServerHandle, strike: z.infer<typeof strikeBody>): Promise<void> {
    const [role] = handle.roles;
    const server = this.#servers.find(one => one.role === role);
    const simulated = this.#stack?.evidence === 'simulated';
    const hasGpu = this.#stack !== null && this.#stack.nvidiaSmi !== null;
    const url = server?.members?.find(({name}) => name === handle.name)?.url ?? server?.url ?? null;
    const struck = {handle, url, simulated, hasGpu};
    const moved = await strikeServer(strike, struck, this.#options.hogs);
    if (strike.act === 'freeze') this.#frozen.add(handle);
    if (strike.act === 'thaw') this.#frozen.delete(handle);
    if (moved !== undefined && server?.members === undefined)
      this.#servers = this.#servers.map(one => (handle.roles.includes(one.role) ? {...one, url: moved} : one));
  }

  async #stop(): Promise<Stopped> {
    this.#abort.abort(new CutoverError('INTERRUPTED', 'the stack was asked to stop'));
    await this.#starting;
    // A frozen one cannot end in order: it would only be waited for.
    for (const handle of this.#frozen) await handle.kill();
    await this.#options.hogs[Symbol.asyncDispose]();
    const end = await this.#stack?.stop();
    await this.#relays[Symbol.asyncDispose]();
    this.#status = 'stopped';
    return {findings: [...(end?.findings ?? [])]};
  }

  #asked({engine, evidence}: Stack): Pick<Stack, 'engine' | 'evidence' | 'servers'> {
    return {engine, evidence, servers: this.#servers};
  }

  #say(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > keptLines) this.#lines.shift();
    this.#options.onLine(line);
  }

  #done(text: string, atMs: number): Done {
    this.#say(text);
    return {atMs, text};
  }

  /** What ends a stack that is being stopped is no news. */
  #fail(status: 'failed' | 'died', thrown: unknown): void {
    if (this.#abort.signal.aborted) return;
    const known = thrown instanceof CutoverError ? thrown : null;
    this.#status = status;
    this.#failure = {
      code: known?.code ?? 'BUG',
      message: reasonOf(thrown),
      hint: known?.hint ?? null,
      logTail: [...(known?.logTail ?? [])],
      atMs: this.#options.nowMs(),
    };
    this.#thrown = thrown;
    this.#say(`${status}: ${this.#failure.message}`);
    this.#ended.resolve();
  }
}

/** Where the engines of a role are reached themselves. */
const enginesOf = ({url, members}: KeeperState['servers'][number]): readonly string[] =>
  members?.flatMap(member => (member.part === 'router' ? [] : member.url)) ?? [url];
