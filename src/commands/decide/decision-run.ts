import {readGpus} from '../../gpu/nvidia-smi.ts';
import type {LoadGround} from '../../load/load-ground.ts';
import {machineFacts} from '../../machine/facts.ts';
import type {Options} from '../../options.ts';
import type {DecisionFolder} from '../../records/decision-folder.ts';
import type {Stack} from '../../runtimes/stack.ts';
import {type Arm, arms, type BlockSeries} from '../../schema/block.ts';
import type {Decision, Sitting} from '../../schema/decision.ts';
import type {RunRecord} from '../../schema/record.ts';
import type {Role} from '../../schema/request.ts';
import {rolesOf} from '../../schema/stage.ts';
import type {Terminal} from '../../terminal.ts';
import {noteTokenLengths} from '../note-token-lengths.ts';
import type {ArmRun} from './arm-run.ts';

interface DecisionParts {
  readonly decision: Decision;
  /** In the order of `decision.blocks`. */
  readonly series: BlockSeries[];
  readonly folder: DecisionFolder;
  /** The baseline's is null where it lies stored: nothing of it is brought up or written. */
  readonly arms: {readonly baseline: ArmRun | null; readonly candidate: ArmRun};
  readonly records: Readonly<Record<Arm, RunRecord>>;
  readonly options: Options;
  /** Where the load comes from; null: from here. */
  readonly ground: LoadGround | null;
  readonly terminal: Terminal;
  readonly interrupted: AbortSignal;
}

/** A decision while it is measured: what all of its steps share. */
export interface DecisionRun extends DecisionParts {
  readonly sitting: Sitting;
  /** The sides that are measured here. */
  readonly measured: readonly Arm[];
  /** Throws a TypeError for a side that lies stored. */
  armRun(arm: Arm): ArmRun;
  /** Cards of the machine; 1 where there is none. */
  gpus(): number;
  /** Milliseconds since this sitting began. */
  elapsedMs(): number;
  /** The stack of the other side, where it is up. */
  neighboursOf(arm: Arm): readonly Stack[];
  /** The side's stack, brought up where it is not. */
  up(arm: Arm): Promise<Stack>;
  /** Brings all sides up at the same time. When one fails the others are ended, and that one's error is thrown. */
  upTogether(): Promise<void>;
  save(): Promise<void>;
}

const wantedRoles = ({plan}: Decision): readonly Role[] => [
  ...new Set([
    ...plan.workloads.flatMap(rolesOf),
    ...(plan.answers?.required ?? []),
    ...plan.describe.flatMap(rolesOf),
  ]),
];

/** Prompts of both sides are cut by what the baseline's tokenizer makes of them, so that both are sent the same bytes. */
const noteLengths = async ({arms, records, decision}: DecisionParts, signal: AbortSignal) => {
  const {plan} = decision;
  const stack = arms.baseline?.stack ?? null;
  if (records.baseline.tokenLengths.length === 0 && stack !== null)
    await noteTokenLengths(records.baseline, {stack, stages: [...plan.workloads, ...plan.describe], local: {}, signal});
  records.candidate.tokenLengths = records.baseline.tokenLengths;
};

/** The cards that this sitting sees: those of the machine, or of the one that the stack runs on. */
const noteMachine = async (
  {decision, records}: DecisionParts,
  {side, stack}: ArmRun,
  sitting: Sitting,
): Promise<void> => {
  decision.evidence = Object.values(records).some(({evidence}) => evidence === 'simulated') ? 'simulated' : 'real';
  const {gpus: here} = side.choice;
  const nvidiaSmi = stack?.nvidiaSmi ?? null;
  const gpus = here.length > 0 || nvidiaSmi === null ? here : await readGpus(nvidiaSmi);
  if (gpus.length === 0) return;
  if (decision.machine.gpus.length === 0) decision.machine.gpus = [...gpus];
  sitting.gpuUuids = gpus.map(({uuid}) => uuid);
  sitting.driver = gpus[0]?.driver ?? null;
};

/** Begins a sitting: from here on its GPU minutes count. */
export const decisionRun = (parts: DecisionParts): DecisionRun => {
  const {decision, folder, arms: runs, terminal} = parts;
  const {hostname} = machineFacts([]);
  const sitting: Sitting = {
    startedAt: new Date().toISOString(),
    ...{endedAt: null, gpuMinutes: 0, hostname, gpuUuids: [], driver: null},
  };
  decision.sittings.push(sitting);
  const startedMs = performance.now();
  const elapsedMs = () => performance.now() - startedMs;
  const gpus = () => Math.max(1, sitting.gpuUuids.length);
  const measured = runs.baseline === null ? (['candidate'] as const) : arms;
  const armRun = (arm: Arm): ArmRun => {
    const run = runs[arm];
    if (run === null) throw new TypeError(`the ${arm} lies stored`);
    return run;
  };
  const roles = wantedRoles(decision);
  const noteUp = async (run: ArmRun, stack: Stack): Promise<void> => {
    await noteLengths(parts, AbortSignal.any([parts.interrupted, stack.died]));
    await noteMachine(parts, run, sitting);
    await run.folder.save(run.record);
  };
  const beside = (arm: Arm) => runs[arm === 'baseline' ? 'candidate' : 'baseline'];
  const bringUp = (run: ArmRun, gpuHeld: boolean, signal: AbortSignal) => {
    const neighbours = async () => beside(run.side.arm)?.processes() ?? [];
    return run.up({roles, gpuHeld, neighbours, terminal, signal});
  };
  return {
    ...parts,
    ...{measured, armRun},
    ...{sitting, elapsedMs, gpus},
    neighboursOf: arm => [beside(arm)?.stack ?? []].flat(),
    async up(arm) {
      const run = armRun(arm);
      if (run.stack !== null) return run.stack;
      const stack = await bringUp(run, beside(arm)?.stack?.runtime === run.side.choice.runtime, parts.interrupted);
      await noteUp(run, stack);
      return stack;
    },
    async upTogether() {
      const failed = new AbortController();
      const signal = AbortSignal.any([parts.interrupted, failed.signal]);
      const sides = measured.map(armRun);
      const held = new Set<string>();
      const starting = sides.map(async run => {
        const {runtime} = run.side.choice;
        const gpuHeld = held.has(runtime);
        held.add(runtime);
        try {
          return await bringUp(run, gpuHeld, signal);
        } catch (thrown) {
          failed.abort(thrown);
          throw thrown;
        }
      });
      await Promise.allSettled(starting);
      failed.signal.throwIfAborted();
      for (const [place, run] of sides.entries()) await noteUp(run, await (starting[place] as Promise<Stack>));
    },
    async save() {
      sitting.gpuMinutes = (elapsedMs() / 60_000) * gpus();
      await folder.save(decision);
    },
  };
};
