import {setTimeout as delay} from 'node:timers/promises';
import {CutoverError} from '../../errors.ts';
import {apiReason, unlessStatus} from '../api-error.ts';
import type {Cluster} from '../connect.ts';
import type {Patience} from '../patience.ts';

export interface RemoveOptions {
  readonly patience: Patience;
  readonly limitMs?: number;
}

/**
 * Removes a Job with its pods and waits until both are gone; that it is gone already is fine. Throws LEFT_BEHIND with the
 * reason.
 */
export const removeJob = async (
  {batch, namespace, name: cluster}: Cluster,
  name: string,
  {patience, limitMs = 60_000}: RemoveOptions,
): Promise<void> => {
  const stays = (reason: string, cause?: unknown): CutoverError =>
    new CutoverError('LEFT_BEHIND', `Job ${name} in namespace ${namespace} of ${cluster} stays: ${reason}`, {
      hint: `Remove it when the cluster answers: npm run clean -- --kube-namespace ${namespace}`,
      cause,
    });
  try {
    // In the foreground: the Job goes when its pods are gone.
    const going = await patience.call(() =>
      unlessStatus([404], batch.deleteNamespacedJob({name, namespace, propagationPolicy: 'Foreground'})),
    );
    if (going === null) return;
    const untilMs = performance.now() + limitMs;
    while ((await patience.call(() => unlessStatus([404], batch.readNamespacedJob({name, namespace})))) !== null) {
      if (performance.now() > untilMs) throw stays(`its pods do not end within ${limitMs / 1000} s`);
      await delay(250);
    }
  } catch (thrown) {
    if (thrown instanceof CutoverError) throw thrown;
    throw stays(apiReason(thrown), thrown);
  }
};
