import type {Cluster} from '../../kubernetes/connect.ts';
import type {LoadGround} from '../../load/load-ground.ts';
import {createDecisionFolder} from '../../records/decision-folder.ts';
import {createRunFolder, runIdOf} from '../../records/run-folder.ts';
import type {Decision} from '../../schema/decision.ts';
import {schemaVersion} from '../../schema/version.ts';
import {loadFromPods} from '../load-from-pods.ts';
import {reachCluster} from '../reach-cluster.ts';
import {emptyRecord} from '../run-record.ts';
import {ArmRun} from './arm-run.ts';
import type {DecideContext} from './decide-context.ts';
import {type DecisionRun, decisionRun} from './decision-run.ts';
import {planText} from './plan-text.ts';
import {planWith} from './plan-with.ts';
import {besideBaseline, type Side, sideOf, sidesText} from './sides.ts';
import {copyBaseline, storedBaseline} from './stored-baseline.ts';

/** Both sides, chosen one after the other: each looks at the machine. A stored baseline is brought up nowhere. */
export const sidesOf = async (
  {plan, storedBaseline: stored}: Pick<Decision, 'plan' | 'storedBaseline'>,
  {options, terminal}: DecideContext,
): Promise<{readonly baseline: Side | null; readonly candidate: Side}> => {
  const baseline = stored === null ? await sideOf('baseline', plan, options) : null;
  const candidate = besideBaseline(baseline, await sideOf('candidate', plan, options));
  const sides = {baseline, candidate};
  for (const line of sidesText(Object.values(sides).filter(side => side !== null))) terminal.note(line);
  return sides;
};

/** One for all blocks of both sides: the same pods, where they are pods. */
export const decisionGround = (
  {terminal: {note}, openHosts}: DecideContext,
  {
    options,
    cluster,
    folder,
    decision,
  }: Pick<DecisionRun, 'options' | 'folder' | 'decision'> & {readonly cluster: Cluster | null},
  opened: AsyncDisposableStack,
): Promise<LoadGround | null> =>
  loadFromPods({options, cluster, note, openHosts, runId: decision.decisionId, folder: folder.path}, opened);

/** Opens a new decision's folders and those of its runs, before anything is brought up. What it opens is given to `opened`. */
export const beginDecision = async (context: DecideContext, opened: AsyncDisposableStack): Promise<DecisionRun> => {
  const {options, plans, argv, version, reportsDir, terminal, interrupted} = context;
  const stored = options.baseline === null ? null : await storedBaseline(options.baseline, context);
  const {plan, seed} = stored ?? {plan: planWith(plans[options.plan], options), seed: options.seed};
  const from = stored && {runId: stored.record.runId, startedAt: stored.record.startedAt};
  const sides = await sidesOf({plan, storedBaseline: from}, context);
  terminal.note(
    planText(
      plan,
      Object.values(sides).every(side => side === null || side.choice.runtime === 'embedded'),
    ),
  );
  const decisionId = runIdOf(new Date(), 'decision', Math.random);
  const cluster = await reachCluster(context);
  const folder = await createDecisionFolder({outDir: options.out, reportsDir, decisionId});

  const armRun = async (side: Side) => {
    const runId = `${decisionId}-${side.arm}`;
    const runFolder = opened.use(await createRunFolder({outDir: folder.armPath(side.arm), reportsDir, runId}));
    const suites = plan.workloads.map(({name}) => name);
    const {engine, choice} = side;
    const record = await emptyRecord({engine, choice, options: {...side.options, seed}, argv, version, runId, suites});
    await runFolder.save(record);
    return opened.use(new ArmRun({side, record, folder: runFolder}));
  };
  if (stored !== null) await copyBaseline(stored.folder, folder.armPath('baseline'));
  const baseline = sides.baseline && (await armRun(sides.baseline));
  const candidate = await armRun(sides.candidate);
  const record = baseline?.record ?? stored?.record;
  if (record === undefined) throw new TypeError('a baseline is measured or stored');
  const records = {baseline: record, candidate: candidate.record};
  const {cutover, command, startedAt, machine} = candidate.record;
  for (const line of stored?.series ?? []) await folder.appendBlock(line);
  const decision: Decision = {
    ...{schemaVersion, decisionId, status: 'running', failure: null, startedAt, endedAt: null},
    evidence: Object.values(records).some(({evidence}) => evidence === 'simulated') ? 'simulated' : 'real',
    ...{cutover, command, machine, seed, plan, storedBaseline: from},
    sittings: stored === null ? [] : [stored.sitting],
    blocks: [...(stored?.blocks ?? [])],
    ...{answers: [], findings: []},
  };
  await folder.save(decision);
  const ground = await decisionGround(context, {options, cluster, folder, decision}, opened);
  return decisionRun({
    ...{decision, folder, records, options: {...options, seed}, ground, terminal, interrupted},
    series: [...(stored?.series ?? [])],
    arms: {baseline, candidate},
  });
};
