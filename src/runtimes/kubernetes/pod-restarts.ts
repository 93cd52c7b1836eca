import type {V1ContainerStatus, V1Pod} from '@kubernetes/client-node';
import type {Finding} from '../../schema/finding.ts';

type Terminated = NonNullable<NonNullable<V1ContainerStatus['state']>['terminated']>;

const statuses = ({status}: V1Pod): readonly V1ContainerStatus[] => status?.containerStatuses ?? [];

const terminatedText = ({reason, exitCode, finishedAt}: Terminated): string => {
  const when = finishedAt === undefined ? '' : ` at ${new Date(finishedAt).toISOString()}`;
  return `${reason ?? 'ended'}, exit code ${exitCode}${when}`;
};

/** Why a container ended, `OOMKilled, exit code 137 at 2026-…`, or why its pod did; null where nobody tells. */
export const endingOf = (pod: V1Pod, container: string): string | null => {
  const status = statuses(pod).find(({name}) => name === container);
  const terminated = status?.state?.terminated ?? status?.lastState?.terminated;
  if (terminated !== undefined) return terminatedText(terminated);
  const {reason, message} = pod.status ?? {};
  return reason === undefined ? null : [reason, ...(message === undefined ? [] : [message])].join(': ');
};

const time = (date: Date | undefined): number => (date === undefined ? 0 : new Date(date).getTime());

/** A container that is another run of itself: counted, or started later, or not running now. */
const restarted = (before: V1ContainerStatus, after: V1ContainerStatus): boolean =>
  after.restartCount > before.restartCount ||
  time(after.state?.running?.startedAt) > time(before.state?.running?.startedAt) ||
  (before.state?.running !== undefined && after.state?.running === undefined);

/** What happened to a pod between two looks at it, a sentence each; `after` is null where it is gone. */
export const restartsOf = (before: V1Pod, after: V1Pod | null, lastEvent: string | null): readonly string[] => {
  const name = `pod ${before.metadata?.namespace}/${before.metadata?.name}`;
  const last = lastEvent === null ? '' : `; its last event: ${lastEvent}`;
  if (after === null) return [`${name} is gone${last}`];
  const {phase = ''} = after.status ?? {};
  const found = statuses(before).flatMap(one => {
    const now = statuses(after).find(other => other.name === one.name);
    if (now !== undefined && !restarted(one, now)) return [];
    const why = endingOf(after, one.name) ?? lastEvent;
    return [`container ${one.name} of ${name} was started anew or ended${why === null ? '' : ` (${why})`}`];
  });
  if (['Failed', 'Succeeded'].includes(phase) && found.length === 0) return [`${name} ended${last}`];
  if (after.metadata?.deletionTimestamp !== undefined && found.length === 0) return [`${name} is being deleted${last}`];
  return found;
};

/** Void: the numbers are of several servers, or of one that had to start in the middle. */
export const serverRestarted = (what: readonly string[]): Finding => ({
  code: 'server-restarted',
  severity: 'void',
  message: `The server did not stay the same through the trial: ${what.join('; ')}`,
  hint: 'See to the reason (memory limits, probes, evictions), wait until the pod is ready, and measure again.',
});

/** Void: what is not known is not assumed. */
export const serverNotSeen = (why: string): Finding => ({
  code: 'server-not-seen',
  severity: 'void',
  message: `Whether the server's pod stayed the same through the trial is not known: ${why}`,
  hint: 'Measure again when the API server answers.',
});
