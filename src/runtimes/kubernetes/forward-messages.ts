import type {PodPort} from './port-stream.ts';

/** What a forward's thread begins with. */
export interface ForwardData {
  /** As JSON, of one context; its credentials with it. */
  readonly kubeconfig: string;
  readonly to: PodPort;
  /** Of what watches its event loop. */
  readonly resolutionMs: number;
}

export type ToForward =
  /** The answer to 'failed': dial there. */
  | {readonly kind: 'to'; readonly to: PodPort}
  /** The other one: dial no more. */
  | {readonly kind: 'over'; readonly why: string}
  | {readonly kind: 'reset-lag'}
  | {readonly kind: 'read-lag'}
  | {readonly kind: 'close'};

export type FromForward =
  | {readonly kind: 'open'; readonly port: number}
  /** No connection could be made. */
  | {readonly kind: 'failed'}
  /** Of the event loop, since the reset. */
  | {readonly kind: 'lag'; readonly p99Ms: number | null};
