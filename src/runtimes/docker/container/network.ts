import type Docker from 'dockerode';
import {unless} from '../docker-error.ts';

/**
 * A run's own network: its servers see each other and the outside, which sends models; no other container sees them.
 * Resolves with what removes it.
 */
export const createNetwork = async (
  docker: Docker,
  name: string,
  labels: Record<string, string>,
): Promise<() => Promise<unknown>> => {
  const network = await docker.createNetwork({Name: name, Driver: 'bridge', Internal: false, Labels: labels});
  return () => unless([404], network.remove());
};
