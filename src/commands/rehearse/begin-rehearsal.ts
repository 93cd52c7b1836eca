import {CutoverError} from '../../errors.ts';
import {readGpus} from '../../gpu/nvidia-smi.ts';
import {machineNow} from '../../load/clock.ts';
import {machineFacts} from '../../machine/facts.ts';
import {gitState} from '../../machine/git.ts';
import type {Options} from '../../options.ts';
import {createRehearsalFolder, type RehearsalFolder} from '../../records/rehearsal-folder.ts';
import {runIdOf} from '../../records/run-folder.ts';
import {bootId} from '../../rehearsal/boot-id.ts';
import {readRehearsalPlan} from '../../rehearsal/plan-file.ts';
import {RehearsalRun, type SideStart} from '../../rehearsal/rehearsal-run.ts';
import {scenarios} from '../../rehearsal/scenarios/index.ts';
import {strategies} from '../../rehearsal/strategies/index.ts';
import {projectRoot} from '../../root.ts';
import {thisOwner} from '../../runtimes/docker/ownership/owner.ts';
import type {Arm} from '../../schema/block.ts';
import type {Rehearsal} from '../../schema/rehearsal.ts';
import {schemaVersion} from '../../schema/version.ts';
import {reachCluster} from '../reach-cluster.ts';
import {planWith} from './plan-with.ts';
import {podsOfRehearsal} from './pods-of-rehearsal.ts';
import type {RehearseContext} from './rehearse-context.ts';
import {sideStarts} from './side-start.ts';

/** The port of seed 000's service. */
const defaultPort = 3001;

/** The gateway serves where pods look for it, unless something in between leads from there to another port. */
const portIn = (address: string | null): number | null =>
  address === null ? null : Number(new URL(address).port || 80);

/** What a scenario cannot be played on is refused before anything starts. */
const refuseScenario = (
  {scenario: name, plan}: Pick<Rehearsal, 'scenario' | 'plan'>,
  runtime: string,
  options: Options,
) => {
  const applies = scenarios[name].appliesTo(plan.strategy.kind, runtime, options);
  if (applies === true) return;
  throw new CutoverError('BAD_OPTIONS', `--scenario ${name} does not apply: ${applies}`, {
    hint: 'Choose another scenario, or what it needs.',
  });
};

interface RunOf {
  readonly rehearsal: Rehearsal;
  readonly folder: RehearsalFolder;
  readonly starts: Readonly<Record<Arm, SideStart>>;
  readonly options: Options;
}

/** A rehearsal that is stepped through by this process from now on: a sitting of it. */
export const runOf = async (
  {rehearsal, folder, starts, options}: RunOf,
  context: RehearseContext,
): Promise<RehearsalRun> => {
  const {terminal, interrupted, loadPods = podsOfRehearsal} = context;
  await folder.claim(thisOwner());
  rehearsal.sittings.push({startedAt: new Date().toISOString(), startMs: machineNow(), endMs: null});
  await folder.save(rehearsal);
  return new RehearsalRun({
    ...{rehearsal, folder, starts, told: terminal, interrupted},
    strategy: strategies[rehearsal.plan.strategy.kind],
    scenario: scenarios[rehearsal.scenario],
    port: options.port ?? portIn(options.gatewayAddress) ?? defaultPort,
    timeoutMs: options.timeout * 1000,
    dockerRestartCommand: options.dockerRestartCommand,
    pods: loadPods({rehearsal, folder: folder.path, options}, context),
  });
};

/** Opens a new rehearsal's folder, before anything is brought up. */
export const beginRehearsal = async (context: RehearseContext): Promise<RehearsalRun> => {
  const {options, plansDir, argv, version, reportsDir, terminal, interrupted, loadPods} = context;
  const plan = planWith(await readRehearsalPlan(options.strategy, plansDir), options);
  const {scenario} = options;
  const starts = await sideStarts(plan, options, terminal.note);
  refuseScenario({scenario, plan}, starts.candidate.runtime, options);
  const expects = scenarios[scenario].expects(starts.candidate.runtime);
  const rehearsalId = runIdOf(new Date(), 'rehearsal', Math.random);
  await reachCluster({options, interrupted, openHosts: loadPods});
  const folder = await createRehearsalFolder({outDir: options.out, reportsDir, rehearsalId});
  const [git, gpus] = [await gitState(projectRoot), await readGpus()];
  const simulated = Object.values(starts).some(({runtime}) => runtime === 'embedded');
  const rehearsal: Rehearsal = {
    ...{schemaVersion, rehearsalId, status: 'running', failure: null},
    evidence: simulated ? 'simulated' : 'real',
    ...{startedAt: new Date().toISOString(), endedAt: null},
    cutover: {version, gitCommit: git.commit, gitDirty: git.dirty},
    ...{command: [...argv], machine: machineFacts(gpus), seed: options.seed, plan, scenario},
    ...(expects.length === 0 ? {} : {expects: [...expects]}),
    ...{originMs: machineNow(), bootId: await bootId()},
    ...{sittings: [], stages: [], events: [], sides: [], answers: [], engines: [], blocks: [], findings: []},
    helpers: {gateway: null, baseline: null, candidate: null},
  };
  const by = expects.length === 0 ? '' : ` (to be found by: ${expects.join(', ')})`;
  terminal.note(`Rehearsal ${plan.name}, scenario ${scenario}: ${scenarios[scenario].title}${by}. In ${folder.path}`);
  return runOf({rehearsal, folder, starts, options}, context);
};
