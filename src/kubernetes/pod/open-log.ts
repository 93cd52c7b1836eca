import type {IncomingMessage} from 'node:http';
import type {Cluster} from '../connect.ts';
import type {PodContainer} from './exec.ts';
import {openStream, type StreamOptions} from './open-stream.ts';

interface LogOptions extends StreamOptions {
  /** Goes on with what comes. */
  readonly follow: boolean;
  /** RFC 3339, of which the API takes the second; null is from its beginning. */
  readonly since: string | null;
}

/** What a container has written, each line after the node's stamp. Rejects as `openStream` does. */
export const openLog = (
  cluster: Cluster,
  {namespace, pod, container}: PodContainer,
  {follow, since, ...options}: LogOptions,
): Promise<IncomingMessage> => {
  const query = new URLSearchParams({container, follow: `${follow}`, timestamps: 'true'});
  if (since !== null) query.set('sinceTime', since);
  return openStream(cluster, `/api/v1/namespaces/${namespace}/pods/${pod}/log?${query}`, options);
};
