import {createInterface} from 'node:readline';
import type {Cluster} from '../connect.ts';
import {containerName} from '../job/manifest.ts';
import {openLog} from './open-log.ts';
import type {StreamOptions} from './open-stream.ts';

export interface LogLine {
  /** When the node had it, by its own clock, RFC 3339. */
  readonly at: string;
  readonly text: string;
}

/**
 * A pod's log from `since` on, or from its beginning, as it comes; lines of the second of `since` come once more. Ends
 * with the container, and may end before it when the server or the kubelet does. Rejects as `openLog` does.
 */
export async function* logLines(
  cluster: Cluster,
  pod: string,
  since: string | null,
  options: StreamOptions,
): AsyncGenerator<LogLine, undefined> {
  const place = {namespace: cluster.namespace, pod, container: containerName};
  const stream = await openLog(cluster, place, {follow: true, since, ...options});
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  stream.on('error', broken.reject);
  const lines = createInterface({input: stream, crlfDelay: Number.POSITIVE_INFINITY})[Symbol.asyncIterator]();
  try {
    for (;;) {
      const line = await Promise.race([lines.next(), broken.promise]);
      if (line.done) break;
      const space = line.value.indexOf(' ');
      yield {at: line.value.slice(0, space), text: line.value.slice(space + 1)};
    }
    if (!stream.complete) throw stream.errored ?? new Error('the log broke off');
  } finally {
    stream.destroy();
  }
}
