import {setTimeout as delay} from 'node:timers/promises';
import {CutoverError} from '../../errors.ts';
import {aliveEveryMs} from '../../load/shards/continuous/continuous-shard.ts';
import {measurePeerOffset, type PeerClock} from '../../load/shards/peer-clock.ts';
import {type ProgramVersion, programVersion} from '../../load/shards/program-version.ts';
import {ShardGone} from '../../load/shards/shard-gone.ts';
import type {LastingHost, ShardHost, ShardOrder, ShardWord} from '../../load/shards/shard-host.ts';
import {readWord} from '../../load/shards/word-text.ts';
import {apiReason, isAway, statusOf} from '../api-error.ts';
import type {Cluster} from '../connect.ts';
import {logTail} from '../job/log-tail.ts';
import {containerName} from '../job/manifest.ts';
import type {PodEnd} from '../job/pod-state.ts';
import type {Patience} from '../patience.ts';
import {refusal} from '../refusal.ts';
import {execInPod, type PodContainer} from './exec.ts';
import {logLines} from './log-lines.ts';
import {lookAtPod} from './look-at-pod.ts';
import {SilentStream} from './open-stream.ts';
import {refuseOtherProgram} from './same-program.ts';
import {Trouble} from './trouble.ts';

export interface PodHostOptions {
  readonly cluster: Cluster;
  readonly pod: string;
  /** `shard 3 of 8`. */
  readonly title: string;
  readonly program: readonly string[];
  /** Which cutover its image must have; this one where it is left out. */
  readonly version?: ProgramVersion | undefined;
  readonly patience: Patience;
  /** Aborted when the pods are removed. */
  readonly signal: AbortSignal;
}

const logIdleMs = 60_000;
const execIdleMs = 30_000;
const pauseMs = 250;

const drained = async (chunks: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of chunks);
};

async function* linesUntil(signal: AbortSignal): AsyncGenerator<string, undefined> {
  while (!signal.aborted) {
    yield '\n';
    await delay(aliveEveryMs, undefined, {signal}).catch(() => {});
  }
}

/**
 * One pod as a shard's host: orders and files by exec, words from its log. An API server that is away is waited for; a pod
 * that has ended throws SHARD_LOST with the reason that the cluster gives, as a ShardGone.
 */
export class PodHost implements LastingHost {
  readonly name: string;
  readonly #options: PodHostOptions;

  constructor(options: PodHostOptions) {
    this.name = options.pod;
    this.#options = options;
  }

  async tell(order: ShardOrder): Promise<void> {
    const {cluster, program, signal} = this.#options;
    const command = [...program, 'tell'];
    const stdin = `${JSON.stringify(order)}\n`;
    const trouble = this.#trouble();
    for (;;) {
      try {
        return await drained(execInPod(cluster, this.#place, command, {stdin, idleMs: execIdleMs, signal}));
      } catch (thrown) {
        const end = await trouble.after(thrown);
        if (end !== null) throw await this.#ended(end);
      }
    }
  }

  async clock(which: PeerClock = 'wall'): ReturnType<ShardHost['clock']> {
    const {cluster, program, signal} = this.#options;
    const trouble = this.#trouble();
    for (;;) {
      try {
        return await measurePeerOffset(
          stdin => execInPod(cluster, this.#place, [...program, 'time', which], {stdin, idleMs: execIdleMs, signal}),
          which,
        );
      } catch (thrown) {
        const end = await trouble.after(thrown);
        if (end !== null) throw await this.#ended(end);
      }
    }
  }

  async accompany(until: AbortSignal): Promise<void> {
    const {cluster, program, signal} = this.#options;
    const trouble = this.#trouble();
    while (!until.aborted && !signal.aborted) {
      const over = new AbortController();
      const ended = AbortSignal.any([until, signal, over.signal]);
      try {
        const command = [...program, 'alive'];
        for await (const _ of execInPod(cluster, this.#place, command, {
          ...{stdin: linesUntil(ended), idleMs: execIdleMs, signal: ended},
        }))
          trouble.over();
      } catch (thrown) {
        if (ended.aborted) return;
        const end = await trouble.after(thrown);
        if (end !== null) throw await this.#ended(end);
      } finally {
        over.abort();
      }
    }
  }

  async *words(): AsyncGenerator<ShardWord, undefined> {
    const {cluster, pod, version, patience, signal} = this.#options;
    const trouble = this.#trouble();
    let next = 0;
    let since: string | null = null;
    let end: PodEnd | null = null;
    while (!signal.aborted) {
      try {
        for await (const {at, text} of logLines(cluster, pod, since, {idleMs: logIdleMs, signal})) {
          trouble.over();
          patience.back();
          since = at;
          const word = readWord(text);
          if (word === null || word.number < next) continue;
          if (word.number > next) throw this.#lost(`its words ${next} to ${word.number - 1} are no longer in its log`);
          if (word.kind === 'here') refuseOtherProgram(word.program, version ?? (await programVersion()));
          next++;
          yield word;
        }
        // Only the log of a pod that had ended before was read to its end.
        if (end !== null) break;
        end = await this.#end();
        if (end === null) await delay(pauseMs);
      } catch (thrown) {
        if (thrown instanceof CutoverError) throw thrown;
        if (signal.aborted) return;
        if (end !== null && statusOf(thrown) !== null) break; // its log went with it
        end = thrown instanceof SilentStream ? await this.#end() : await trouble.after(thrown);
      }
    }
    if (end !== null) throw await this.#ended(end);
  }

  async *fetch(name: string): AsyncGenerator<Uint8Array, undefined> {
    const {cluster, program, signal} = this.#options;
    const trouble = this.#trouble();
    for (let offset = 0; ; ) {
      const command = [...program, 'send', name, `${offset}`];
      try {
        for await (const chunk of execInPod(cluster, this.#place, command, {idleMs: execIdleMs, signal})) {
          trouble.over();
          offset += chunk.length;
          yield chunk;
        }
        return;
      } catch (thrown) {
        const end = await trouble.after(thrown);
        if (end !== null) throw await this.#ended(end);
      }
    }
  }

  get #place(): PodContainer {
    const {cluster, pod} = this.#options;
    return {namespace: cluster.namespace, pod, container: containerName};
  }

  #trouble(): Trouble {
    return new Trouble({
      ...this.#options,
      end: () => this.#end(),
      lost: (why, cause) => this.#lost(why, {cause}),
    });
  }

  /** How the pod ended; null while it runs. Throws SHARD_LOST where nobody can tell any more. */
  async #end(): Promise<PodEnd | null> {
    const {cluster, pod, patience, signal} = this.#options;
    try {
      const state = await lookAtPod(cluster, pod, patience, signal);
      return state.kind === 'ended' ? state : null;
    } catch (thrown) {
      if (isAway(thrown))
        throw this.#lost(`Kubernetes does not answer any more (${apiReason(thrown)})`, {cause: thrown});
      throw refusal(cluster, `pod ${pod} cannot be looked at`, thrown);
    }
  }

  /** With its program's last lines, those that are no words. */
  async #ended({why, exitCode}: PodEnd): Promise<ShardGone> {
    const {cluster, pod} = this.#options;
    const lines = exitCode === null ? [] : await logTail(cluster, pod);
    const {code, message, hint} = this.#lost(why);
    return new ShardGone(code, message, {
      ...(hint !== undefined && {hint}),
      logTail: lines.filter(line => readWord(line) === null),
    });
  }

  #lost(why: string, more: {cause?: unknown} = {}): CutoverError {
    const {title, pod, cluster} = this.#options;
    return new CutoverError('SHARD_LOST', `${title} (pod ${pod}) was lost: ${why}`, {
      hint: `See kubectl -n ${cluster.namespace} get events. Give the pods more with --shard-memory or --shard-cpu where they ran out of it.`,
      ...more,
    });
  }
}
