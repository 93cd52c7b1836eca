import type {LastingHost} from '../load/shards/shard-host.ts';
import type {PodLoad} from '../schema/rehearsal.ts';

/** Pods that are there, in the order of their numbers. Disposing of them ends them, with what they have kept; `leave` lets them be. */
export interface OpenPods extends AsyncDisposable {
  readonly hosts: readonly LastingHost[];
  readonly namespace: string;
  /** Of the Kubernetes Job. */
  readonly job: string;
  leave(): void;
}

/** Where the load comes from in place of this machine. */
export interface LoadPods {
  readonly image: string;
  /** Origin of the gateway, as pods reach it. */
  readonly gatewayAddress: string;
  /** Which one they are in: `https://10.0.0.1:6443 (context lab)`. Throws where it cannot be reached. */
  cluster(): Promise<string>;
  /** New ones. */
  open(signal: AbortSignal): Promise<OpenPods>;
  /** Those that another process had started. */
  again(load: Pick<PodLoad, 'namespace' | 'job' | 'program' | 'shards'>): Promise<OpenPods>;
  /** Removes what a process that was killed had started and not noted; nothing of this one is up. */
  removeStrays(): Promise<void>;
}
