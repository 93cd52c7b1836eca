import type {CoreV1Event, V1Pod} from '@kubernetes/client-node';
import {containerName} from './manifest.ts';

/** How far a load's pod is. `why` is a clause in the cluster's own words. */
export type PodState =
  /** `hopeless` when waiting longer changes nothing. */
  | {readonly kind: 'waiting'; readonly why: string | null; readonly hopeless: boolean}
  | {readonly kind: 'running'}
  | {readonly kind: 'ended'; readonly why: string; readonly exitCode: number | null};

export type PodEnd = Extract<PodState, {kind: 'ended'}>;

const joined = (...parts: readonly (string | null | undefined)[]): string => parts.filter(Boolean).join(': ');

/** Waiting for these is in vain; an image that cannot be pulled may be a registry that is away for a moment. */
const hopeless =
  /^(ErrImageNeverPull|InvalidImageName|CreateContainerConfigError|CreateContainerError|RunContainerError)$/;
const hopelessPull =
  /not found|unauthorized|denied|forbidden|no such host|manifest unknown|invalid reference|authentication required/i;

const pulls = /^(ErrImagePull|ImagePullBackOff)\b/;

/** The same word for what is one trouble: a pull that fails is told in turns as an error and as a wait for the next try. */
export const troubleOf = (why: string | null): string | null => (why !== null && pulls.test(why) ? 'pull' : why);

export const podState = (pod: V1Pod, events: readonly CoreV1Event[] = []): PodState => {
  const {status, metadata} = pod;
  const container = status?.containerStatuses?.find(({name}) => name === containerName);
  const terminated = container?.state?.terminated;
  const disruption = status?.conditions?.find(({type, status}) => type === 'DisruptionTarget' && status === 'True');
  const ended = (why: string): PodState => ({kind: 'ended', why, exitCode: terminated?.exitCode ?? null});

  if (terminated?.reason === 'OOMKilled')
    return ended(`it was killed for memory (OOMKilled), with a limit of ${memoryLimit(pod)}`);
  if (disruption) return ended(joined(disruption.reason ?? 'disrupted', disruption.message));
  if (status?.reason) return ended(joined(status.reason, status.message)); // Evicted, NodeLost, DeadlineExceeded
  if (metadata?.deletionTimestamp !== undefined) return ended(deletedText(events));
  if (terminated) {
    const {exitCode, signal, reason, message} = terminated;
    if (exitCode === 0) return ended('its program ended by itself');
    const by = signal ? `signal ${signal}` : `exit code ${exitCode}`;
    return ended(
      joined(`its program ended with ${by}${reason && reason !== 'Error' ? ` (${reason})` : ''}`, message?.trim()),
    );
  }
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return ended(`it is ${status.phase}`);
  if (container?.state?.running) return {kind: 'running'};
  const waiting = container?.state?.waiting;
  const scheduled = status?.conditions?.find(({type}) => type === 'PodScheduled');
  if (scheduled?.status === 'False')
    return {kind: 'waiting', why: joined(scheduled.reason ?? 'not scheduled', scheduled.message), hopeless: false};
  if (waiting && pulls.test(waiting.reason ?? '')) {
    const pull = warningsOf(events, /^(Failed|FailedPull)$/).find(text => !/^Error: /.test(text)) ?? waiting.message;
    return {
      kind: 'waiting',
      why: joined(waiting.reason, pull),
      hopeless: hopelessPull.test(pull ?? ''),
    };
  }
  if (waiting && hopeless.test(waiting.reason ?? ''))
    return {kind: 'waiting', why: joined(waiting.reason, waiting.message), hopeless: true};
  const [warning] = warningsOf(events, /^(FailedMount|FailedCreatePodSandBox|FailedAttachVolume|NetworkNotReady)$/);
  return {kind: 'waiting', why: warning ?? null, hopeless: false};
};

/** Of a pod that is no longer there. */
export const deletedText = (events: readonly CoreV1Event[]): string => {
  const [why] = warningsOf(events, /^(Preempted|TaintManagerEviction|Evicted|NodeNotReady|NodeShutdown)$/);
  return joined('the pod was deleted', why);
};

/** The messages of what the cluster said for these reasons, newest first. */
const warningsOf = (events: readonly CoreV1Event[], reasons: RegExp): readonly string[] =>
  events
    .filter(({reason, message}) => message && reasons.test(reason ?? ''))
    .toSorted((a, b) => timeOf(b) - timeOf(a))
    .flatMap(({message}) => (message ? [message] : []));

const timeOf = ({lastTimestamp, eventTime, metadata}: CoreV1Event): number =>
  new Date(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0).getTime();

const memoryLimit = ({spec}: V1Pod): string =>
  spec?.containers.find(({name}) => name === containerName)?.resources?.limits?.memory ?? 'none';
