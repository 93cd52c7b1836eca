import {once} from 'node:events';
import {rm} from 'node:fs/promises';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {z} from 'zod';
import {CutoverError} from '../../../errors.ts';
import {tokenProof, tokenProofHeader} from '../../../http/token-proof.ts';
import {machineNow} from '../../clock.ts';
import {prepareLoad} from '../../continuous/open-load.ts';
import {leftFile} from '../left-file.ts';
import {assertReached} from '../reached.ts';
import {failureOf, type Say} from '../say.ts';
import type {ContinuousShard} from './continuous-shard.ts';

interface SendingOptions {
  readonly load: number;
  readonly shard: ContinuousShard;
  /** Where its journal is written. */
  readonly folder: string;
  readonly say: Say;
}

/** These words lie in a log that is kept as long as the load lasts, and read from its beginning by whoever takes the load over. */
const countedEveryMs = 10_000;

/**
 * A continuous load of a shard's program, from its order to its last word: 'kept', or 'failed'. Whoever is not heard of any more has
 * left it: it sends nothing more then, and its journal lies there for whoever takes it over.
 */
export class ShardSending {
  /** Resolves after its last word. */
  readonly over: Promise<void>;
  readonly #options: SendingOptions;
  readonly #begun = Promise.withResolvers<number>();
  readonly #stopped = Promise.withResolvers<string | null>();
  readonly #aborted = new AbortController();
  #silence: NodeJS.Timeout | undefined;

  constructor(options: SendingOptions) {
    this.#options = options;
    this.#begun.promise.catch(() => {}); // it may be aborted before anybody waits for it
    this.over = this.#run();
  }

  /** By this machine's `machineNow`. A second beginning changes nothing. */
  begin(atMachineMs: number): void {
    this.#begun.resolve(atMachineMs);
  }

  heard(): void {
    this.#silence?.refresh();
  }

  /** What was not begun is begun and ended: it keeps a journal in which nothing stands. */
  stop(): void {
    this.#end(null);
  }

  /** Gives up what is in flight, and says nothing more: what ended the program is known better elsewhere. */
  abort(): void {
    this.#aborted.abort(new CutoverError('INTERRUPTED', 'aborted'));
    this.#begun.reject(this.#aborted.signal.reason);
  }

  forget(): void {
    this.over.then(() => rm(this.#journal, {force: true})).catch(() => {});
  }

  get #journal(): string {
    const {folder, load} = this.#options;
    return join(folder, `load-${load}.jsonl`);
  }

  #end(why: string | null): void {
    this.#stopped.resolve(why);
    this.#begun.resolve(machineNow());
  }

  async #run(): Promise<void> {
    const {load, say} = this.#options;
    try {
      await this.#send();
    } catch (thrown) {
      if (!this.#aborted.signal.aborted) say({kind: 'failed', load, failure: failureOf(thrown)});
    } finally {
      clearTimeout(this.#silence);
    }
  }

  async #send(): Promise<void> {
    const {load, shard, say} = this.#options;
    const {url, token, silentMs} = shard;
    const {signal} = this.#aborted;
    await assertServes(url, token, signal);
    await using ready = await prepareLoad({...shard, journal: this.#journal});
    // Whoever had it prepared may be gone before its beginning.
    this.#silence = setTimeout(() => this.#end(`it had not heard of the harness for ${silentMs / 1000} s`), silentMs);
    say({kind: 'ready', load, node: process.env.CUTOVER_SHARD_NODE}); // of a pod
    const sending = ready.begin(await this.#begun.promise);
    const counting = setInterval(() => say({kind: 'counted', load, counts: sending.soFar()}), countedEveryMs);
    const aborted = once(signal, 'abort').then(() => signal.throwIfAborted());
    aborted.catch(() => {}); // the race may be over
    const failed = sending.failed.aborted ? null : once(sending.failed, 'abort').then(() => null);
    try {
      const why = (await Promise.race([this.#stopped.promise, failed, aborted])) ?? null;
      const counts = (await Promise.race([sending.stop(), aborted])) ?? sending.soFar();
      say({kind: 'kept', load, counts, file: await leftFile(this.#journal), why});
    } finally {
      clearInterval(counting);
    }
  }
}

const page = z.object({status: z.enum(['healthy', 'unhealthy']), framework: z.string(), models: z.object({})});

/** Also while nobody serves behind it. */
const isGatewaysPage = (status: number, body: string): boolean => {
  if (status !== 200 && status !== 503) return false;
  try {
    return page.safeParse(JSON.parse(body)).success;
  } catch {
    return false;
  }
};

/** Another server at that address, or one that does not know the token, would be loaded all the same. */
const assertServes = async (url: string, token: string | undefined, signal: AbortSignal): Promise<void> => {
  const headers = token === undefined ? {} : {authorization: `Bearer ${token}`};
  const {status, body, headers: said} = await assertReached(`${url}/health`, signal, headers);
  const known = token === undefined || said[tokenProofHeader] === tokenProof(token);
  if (known && isGatewaysPage(status, body)) return;
  throw new CutoverError(
    'ENGINE_UNREACHABLE',
    `${url} is not the gateway of this rehearsal, as ${hostname()} sees it: GET /health was answered with ${status}`,
    {hint: 'Name the address by which pods reach this machine, with the port that the gateway serves on.'},
  );
};
