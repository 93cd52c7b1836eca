import {createInterface} from 'node:readline';
import type {Cluster} from '../connect.ts';
import {containerName} from '../job/manifest.ts';
import {openStream, type StreamOptions} from './open-stream.ts';

export interface LogLine {
  /** When the node had it, by its own clock, RFC 3339. */
  readonly at: string;
  readonly text: string;
}

/**
 * A pod's log from `since` on, or from its beginning, as it comes; lines of the second of `since` come once more. Ends
 * with the container, and may end before it when the server or the kubelet does. Rejects as `openStream` does.
 */
export async function* logLines(
  cluster: Cluster,
  pod: string,
  since: string | null,
  options: StreamOptions,
): AsyncGenerator<LogLine, undefined> {
  const query = new URLSearchParams({container: containerName, follow: 'true', timestamps: 'true'});
  if (since !== null) query.set('sinceTime', since);
  const path = `/api/v1/namespaces/${cluster.namespace}/pods/${pod}/log?${query}`;
  const stream = await openStream(cluster, path, options);
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
