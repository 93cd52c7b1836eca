import type {Endpoint, Engine} from '../engines/engine.ts';
import type {NvidiaSmi} from '../gpu/nvidia-smi.ts';
import type {Finding} from '../schema/finding.ts';
import type {KubernetesServer} from '../schema/kubernetes.ts';
import type {RunGpu} from '../schema/record.ts';
import type {Role} from '../schema/request.ts';
import type {ServerContainer, ServerMember, ServerMemory, ServerStartup} from '../schema/server.ts';

export const runtimeNames = ['embedded', 'attach', 'process', 'docker'] as const;
export type RuntimeName = (typeof runtimeNames)[number];

/** One server of a running stack, as the record keeps it. */
export interface RunningServer extends Endpoint {
  /** The command line it was started with; null for one that already served. */
  readonly command: readonly string[] | null;
  /** Seconds from start to the first healthy answer; null for one that already served. */
  readonly readySeconds: number | null;
  /** Null where it is not a container. */
  readonly container: ServerContainer | null;
  /** Null for one that already served. */
  readonly startup: ServerStartup | null;
  /** What its log and nvidia-smi tell of its memory; null for one that already served. */
  readonly memory: ServerMemory | null;
  /** All that answer for the role together, the router last; absent where this one does alone. */
  readonly members?: readonly RunningMember[] | undefined;
  /** Where it is a service of a cluster. */
  readonly kubernetes?: KubernetesServer | undefined;
}

/** One of several servers that together answer for a role, the router too; as the record keeps it. */
export type RunningMember = ServerMember;

/** What can be done to one member of a stack that serves, on purpose: `died` says nothing of it. */
export interface MemberControl {
  /** At once, as nothing that can be answered. Does nothing to one that is gone. */
  kill(member: string): Promise<void>;
  /** Starts one that was killed or stopped, on its old port, with its old flags but for these. Resolves when it is ready. Throws as a start does. */
  start(member: string, changes?: {readonly model?: string}): Promise<void>;
}

/** What became of the GPU's memory when a stack had stopped. */
export interface StackEnd {
  /** Null where this stack's GPU cannot be asked. */
  readonly gpu: RunGpu | null;
  readonly findings: readonly Finding[];
}

/** Of the time since it was begun. */
export interface StackWatch {
  /** All is prepared, and the load begins: what is sampled on the way to the servers counts from here. */
  begin(): void;
  /** What befell the servers that a trial's numbers must not outlive. */
  end(): Promise<readonly Finding[]>;
}

/** A stack that serves. Stopping it stops what it started and nothing else. */
export interface Stack extends AsyncDisposable {
  readonly engine: Engine;
  readonly runtime: RuntimeName;
  /** 'simulated' as soon as any server is, whatever the user called it. */
  readonly evidence: 'simulated' | 'real';
  readonly servers: readonly RunningServer[];
  /** Aborted with a CutoverError (ENGINE_DIED) when a server dies while it should serve. */
  readonly died: AbortSignal;
  /** Throws BAD_OPTIONS when the stack has no server for the role. */
  endpoint(role: Role): Endpoint;
  /** By a member's name; of a stack of plain servers by their role. Null where this runtime did not start them. */
  readonly control: MemberControl | null;
  /** How nvidia-smi is run on the machine that has this stack's GPU; null where that is not known. */
  readonly nvidiaSmi: NvidiaSmi | null;
  /** Process numbers of a role's server, as nvidia-smi there counts them; empty where they cannot be known. */
  processesOf(role: Role): Promise<readonly number[]>;
  /** Begins to watch for servers that do not stay the same without `died` telling; absent where none can. */
  readonly watch?: () => Promise<StackWatch>;
  /** Once, however often it is asked for; disposing of the stack does the same. */
  stop(): Promise<StackEnd>;
}

/** What a runtime reports while it brings a stack up. */
export type BringUpListener = (line: string) => void;
