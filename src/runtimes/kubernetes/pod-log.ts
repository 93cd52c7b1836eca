import {createWriteStream} from 'node:fs';
import {finished} from 'node:stream/promises';
import {setTimeout as delay} from 'node:timers/promises';
import {splitLines} from '../../gpu/lines.ts';
import type {Cluster} from '../../kubernetes/connect.ts';
import type {PodContainer} from '../../kubernetes/pod/exec.ts';
import {openLog} from '../../kubernetes/pod/open-log.ts';

const pauseMs = 500;
/** For what was written between the last line that was followed and the end. */
const lastReadMs = 3000;
/** A server that nobody asks anything writes nothing. */
const idleMs = 300_000;

/** Takes lines as the kubelet stamps them, and hands on each once, without its stamp, however often it is read again. */
export class StampedLines {
  #last: string;

  constructor(fromIso: string) {
    this.#last = comparable(fromIso);
  }

  /** To the second, as the API takes it: what it gives again is known by its stamp. */
  get since(): string {
    return `${this.#last.slice(0, 19)}Z`;
  }

  read(line: string): string | null {
    const [, stamp, text] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) ?(.*)$/s.exec(line) ?? [];
    if (stamp === undefined || text === undefined) return null; // a message of the kubelet, not of the container
    const at = comparable(stamp);
    if (at <= this.#last) return null;
    this.#last = at;
    return text;
  }
}

/** The kubelet leaves zeros at the end of the fraction out. */
const comparable = (iso: string): string => {
  const [whole = '', fraction = ''] = iso.replace('Z', '').split('.');
  return `${whole}.${fraction.padEnd(9, '0')}`;
};

export interface PodLogOptions {
  readonly cluster: Cluster;
  /** Where it is written now, and what takes its secrets out. Rejects while nobody can tell: no line is kept unmasked. */
  readonly source: () => Promise<PodContainer & {readonly mask: (text: string) => string}>;
  readonly file: string;
  readonly fromIso: string;
}

/** Follows what a container writes from now on into a file, over its restarts and those of the API server, until it is disposed of. */
export const followPodLog = ({cluster, source, file, fromIso}: PodLogOptions): AsyncDisposable => {
  const lines = new StampedLines(fromIso);
  const log = createWriteStream(file, {flags: 'a'});
  log.on('error', () => {}); // a full disk: the run says so itself
  const stopped = new AbortController();
  const readOnce = async (follow: boolean, signal: AbortSignal): Promise<void> => {
    const {mask, ...place} = await source();
    const stream = await openLog(cluster, place, {follow, since: lines.since, idleMs, signal});
    const take = splitLines(line => {
      const text = lines.read(line);
      if (text !== null) log.write(`${mask(text)}\n`);
    });
    for await (const piece of stream.setEncoding('utf8')) take(piece);
  };
  const following = (async () => {
    while (!stopped.signal.aborted) {
      await readOnce(true, stopped.signal).catch(() => {}); // no container now, or no API server: there will be
      await delay(pauseMs, undefined, {signal: stopped.signal}).catch(() => {});
    }
    await readOnce(false, AbortSignal.timeout(lastReadMs)).catch(() => {});
  })();
  return {
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await following;
      log.end();
      await finished(log).catch(() => {});
    },
  };
};
