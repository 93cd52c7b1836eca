import {readFile} from 'node:fs/promises';
import {setTimeout as delay} from 'node:timers/promises';
import type {OpenApi} from '../../gateway/openapi.ts';
import {fetchText} from '../../http/fetch-text.ts';
import {type GatewayLine, gatewayLine} from '../../schema/journal.ts';
import type {Role} from '../../schema/request.ts';
import {startEngineThread} from '../engine-thread.ts';
import {simulatedTarget, startGatewayProcess} from '../gateway-process.ts';
import type {Held} from '../probe.ts';
import {type FuzzCounts, fuzz} from './fuzz-run.ts';

export interface FuzzReport {
  readonly counts: FuzzCounts;
  /** After garbage collection: when some cases had been played, and when all had. */
  readonly before: Held;
  readonly after: Held;
  readonly journal: {
    readonly lines: number;
    /** Replies from an engine without a line, and with several. */
    readonly missing: number;
    readonly doubled: number;
  };
  readonly inFlight: number;
  /** What went wrong besides single replies, in words. */
  readonly complaints: readonly string[];
  readonly seconds: number;
}

interface FuzzSession {
  readonly seed: number;
  /** Played before memory is looked at for the first time. */
  readonly warmUp: number;
  wanted(cases: number): boolean;
  /** The gateway remembers its last requests for so long: memory is looked at when they are forgotten. */
  readonly forgetMs: number;
  /** A new file. */
  readonly journal: string;
}

/** So fast that a thousand tokens, which a chat without `max_tokens` comes to, cost nothing but the engine's work. */
const engineSpeed = 1000;

const questions: Readonly<Record<Role, object>> = {
  embed: {texts: ['a']},
  rerank: {query: 'a', documents: ['b', 'c']},
  chat: {messages: [{role: 'user', content: 'a'}], max_tokens: 2},
};

/** Whether right requests are answered, in words where they are not. */
const complaintsOf = async (url: string): Promise<string[]> => {
  const asked = Object.entries(questions).map(([kind, json]) => ({path: `/${kind}`, method: 'POST', json}) as const);
  const replies = await Promise.all(
    [...asked, {path: '/health', method: 'GET'} as const].map(async ({path, ...options}) => {
      const {status, body} = await fetchText(url + path, {...options, timeoutMs: 10_000});
      return status === 200 ? [] : [`${path} is answered with ${status}: ${body}`];
    }),
  );
  return replies.flat();
};

const linesOf = async (path: string): Promise<GatewayLine[]> =>
  (await readFile(path, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map(line => gatewayLine.parse(JSON.parse(line)));

const settleMs = 5000;

/** Polls: what ends a connection is not told to whoever is not on it. */
const settled = async <Value>(read: () => Promise<Value>, done: (value: Value) => boolean): Promise<Value> => {
  const until = performance.now() + settleMs;
  for (;;) {
    const value = await read();
    if (done(value) || performance.now() > until) return value;
    await delay(50);
  }
};

/** A gateway in a process of its own before the simulated engine, its document taken from it, and everything that may be wrong. */
export const fuzzSession = async ({seed, warmUp, wanted, forgetMs, journal}: FuzzSession): Promise<FuzzReport> => {
  const startedMs = performance.now();
  await using engine = await startEngineThread(engineSpeed);
  await using gateway = await startGatewayProcess(simulatedTarget(engine.url), ['--journal', journal]);
  const {url, port, admin, program} = gateway;
  const page = await fetchText(`${url}/openapi.json`, {timeoutMs: 10_000});
  const document = JSON.parse(page.body) as OpenApi;
  const asked = new Map<string, number>();
  const onReply = (_: unknown, id: string, target: string | null) => {
    if (target !== null) asked.set(id, (asked.get(id) ?? 0) + 1);
  };
  const complaints: string[] = [];

  const heldWhenQuiet = async () => {
    await settled(
      async () => (await program.held('held')).sockets,
      sockets => sockets <= quietSockets,
    );
    await delay(forgetMs);
    complaints.push(...(await complaintsOf(url)));
    return program.held('held-after-gc');
  };
  const quietSockets = (await program.held('held')).sockets + 4; // connections to the engine are kept a while

  await fuzz({port, document, seed: seed + 1_000_000, wanted: cases => cases < warmUp, onReply});
  const before = await heldWhenQuiet();
  const counts = await fuzz({port, document, seed, wanted, onReply});
  const after = await heldWhenQuiet();

  const state = await settled(
    () => admin.state(),
    ({targets}) => targets.baseline?.inFlight === 0,
  );
  const {seq} = state;
  const lines = await settled(
    () => linesOf(journal),
    ({length}) => length >= seq,
  );
  const byId = Map.groupBy(lines, ({id}) => id);
  const ended = program.ended() ?? engine.ended();
  return {
    counts,
    before,
    after,
    journal: {
      lines: lines.length,
      missing: [...asked.keys()].filter(id => !byId.has(id)).length,
      doubled: [...asked].filter(([id, times]) => (byId.get(id)?.length ?? 0) > times).length,
    },
    inFlight: state.targets.baseline?.inFlight ?? 0,
    complaints: ended === null ? complaints : [...complaints, ended],
    seconds: (performance.now() - startedMs) / 1000,
  };
};
