import type {MemoryParts} from '../../src/simulator/memory.ts';

/** What the lines of a start tell. */
interface StartFacts {
  readonly model: string;
  readonly host: string;
  readonly port: number;
  readonly encoder: boolean;
  /** Of a prefill/decode pair. */
  readonly part?: 'prefill' | 'decode' | undefined;
  readonly bootstrapPort?: number;
  readonly memory: MemoryParts;
  readonly gpuBytes: number;
  readonly kvTokens: number;
  readonly contextTokens: number;
  /** How long every stage takes. */
  readonly stageSeconds: number;
}

/**
 * The log of a start, stage by stage, in the words of the real logs under reports/evidence/: what cutover reads from an
 * engine is read from these as well. `\r` stands where a progress bar is drawn over.
 */
export type StartLog = (facts: StartFacts) => readonly (readonly string[])[];

export const gib = (bytes: number): number => bytes / 2 ** 30;

export const bar = (what: string, steps: number): string =>
  `${what}:   0%|          | 0/${steps} [00:00<?, ?it/s]\r${what}: 100%|██████████| ${steps}/${steps} [00:00<00:00, 99.99it/s]`;
