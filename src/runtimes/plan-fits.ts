import type {CardMemory, Engine} from '../engines/engine.ts';
import {CutoverError} from '../errors.ts';
import type {Role} from '../schema/request.ts';
import type {StackPlan, StackServer} from '../schema/stack.ts';
import {needsOfFolder} from './model-folder.ts';
import {membersOf} from './topology/members.ts';

export interface PlanFitsOptions {
  readonly plan: StackPlan;
  readonly engine: Engine;
  /** In place of the plan's. */
  readonly models?: Partial<Record<Role, string>>;
  /** The servers that are started. */
  readonly roles: readonly Role[];
  /** Before the first of them starts. */
  readonly card: CardMemory;
  /** Which of the plan's GPUs it is; the first one when absent. A plan that says nothing of GPUs has all of its servers there. */
  readonly on?: number;
}

/**
 * A card in GiB as CUDA counts them, from nvidia-smi's memory.used and memory.free. CUDA does not count what the driver
 * keeps for itself (memory.reserved: 0.5 GiB of an 80 GB card), which memory.total does: used and free together are it.
 */
export const cardMemoryOf = ({usedMiB, freeMiB}: {readonly usedMiB: number; readonly freeMiB: number}): CardMemory => ({
  totalGiB: (usedMiB + freeMiB) / 1024,
  freeGiB: freeMiB / 1024,
});

/**
 * How the plan's servers will divide one card, one line each in the order of their start; every server finds what those
 * before it leave. Servers that have several cards are left out: how they divide a model is not known. Throws PLAN_DOES_NOT_FIT with all of it when one cannot start. Where a model's needs are not known,
 * only what its flags say is looked at.
 */
export const planFits = async (options: PlanFitsOptions): Promise<readonly string[]> => {
  const {plan, engine, models = {}, roles, card, on = 0} = options;
  if (engine.launch === null) return [];
  const lines: string[] = [];
  let freeGiB = card.freeGiB;
  for (const {name, server: planned, cards} of membersOf(plan, roles)) {
    if (cards !== null && (cards.length !== 1 || cards[0] !== on)) continue;
    const server = await withNeeds(planned, models[planned.role]);
    const {takesGiB, arithmetic, problem} = engine.launch.planMemory(server, {totalGiB: card.totalGiB, freeGiB});
    lines.push(`${name}: ${arithmetic}; takes ${takesGiB.toFixed(2)} of ${freeGiB.toFixed(2)} GiB free`);
    if (problem !== null) throw doesNotFit(plan.name, name, lines, problem);
    freeGiB -= takesGiB;
  }
  return lines;
};

/** Measured needs are those of the plan's own model, never of one that takes its place. */
const withNeeds = async (server: StackServer, model = server.model): Promise<StackServer> => {
  if (model === server.model && server.memory !== undefined) return server;
  const {memory: _, ...rest} = server;
  const found = await needsOfFolder(model);
  return {...rest, model, ...(found === null ? {} : {memory: found})};
};

const doesNotFit = (
  plan: string,
  name: string,
  lines: readonly string[],
  {reason, fix}: {readonly reason: string; readonly fix: string},
) =>
  new CutoverError(
    'PLAN_DOES_NOT_FIT',
    [
      `The plan ${plan} does not fit this GPU: its ${name} server cannot start, because ${reason}`,
      ...lines.map(line => `  ${line}`),
    ].join('\n'),
    {hint: fix},
  );
