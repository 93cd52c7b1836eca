import type {LoadProgress} from '../../load/run-load.ts';
import type {Arm, PlannedBlock} from '../../schema/block.ts';
import type {Sample} from '../../schema/sample.ts';
import type {Trial} from '../../schema/trial.ts';
import {BlockSeriesBuilder} from '../../stats/block-series.ts';
import {pairFindings} from '../../verdict/pair-gates.ts';
import {loadParts} from '../progress-text.ts';
import {runTrials} from '../run-trials.ts';
import type {DecisionRun} from './decision-run.ts';

export const armOf = ({phase, place}: Pick<PlannedBlock, 'phase' | 'place'>): Arm =>
  phase === 'aa' ? 'baseline' : place;

export const isValidTrial = (trial: Pick<Trial, 'findings'>): boolean => voidCodes(trial).length === 0;

const voidCodes = ({findings}: Pick<Trial, 'findings'>): string[] =>
  findings.filter(({severity}) => severity === 'void').map(({code}) => code);

/** What the two blocks of the pair that ends with the last one show together goes to both. */
const notePair = ({decision, records}: DecisionRun): void => {
  const last = decision.blocks.at(-1);
  const partner = decision.blocks.findLast(
    one => one.pair === last?.pair && one.workload === last.workload && one.place !== last.place,
  );
  if (last === undefined || partner === undefined) return;
  const trialOf = (block: typeof last) => records[block.arm].trials[block.trial];
  const [mine, theirs] = [trialOf(last), trialOf(partner)];
  if (mine === undefined || theirs === undefined) return;
  const pair = last.place === 'baseline' ? {baseline: mine, candidate: theirs} : {baseline: theirs, candidate: mine};
  const codes = pairFindings(pair).map(({code}) => code);
  for (const block of [last, partner]) block.void = [...new Set([...block.void, ...codes])];
};

/**
 * Measures a block on the stack of its side, which is up: one trial of that side's run. Its series is in blocks.jsonl and the
 * decision names it when this resolves. Throws ENGINE_DIED, or the reason of the interruption.
 */
export const runBlock = async (
  run: DecisionRun,
  planned: PlannedBlock,
  tell: (progress: readonly string[]) => string,
): Promise<void> => {
  const {decision, folder, options, terminal, interrupted, series} = run;
  const {phase, pair, workload, place} = planned;
  const arm = armOf(planned);
  const {record, folder: runFolder} = run.armRun(arm);
  const stage = decision.plan.workloads.find(({name}) => name === workload);
  if (stage === undefined) throw new TypeError(`the plan has no workload ${workload}`);
  const stack = await run.up(arm);
  // Both stacks of a card are to live: the other one's end changes what is measured here.
  const neighbours = run.neighboursOf(arm);
  const startMs = run.elapsedMs();
  const samples: Sample[] = [];
  await runTrials({
    ...{stack, neighbours, record, folder: runFolder, options},
    ...(run.ground !== null && {ground: run.ground}),
    stages: [
      {
        stage: {name: workload, workload: stage.workload, load: stage.load},
        repetition: pair,
        traceMs: null,
        prompts: null,
      },
    ],
    progress: terminal.progress,
    interrupted: AbortSignal.any([interrupted, ...neighbours.map(({died}) => died)]),
    tell: (_, progress: LoadProgress | null) => tell(progress === null ? ['getting ready'] : loadParts(progress)),
    see: sample => samples.push(sample),
  });
  const trial = record.trials.at(-1);
  if (trial === undefined) throw new TypeError('a load leaves a trial');
  const builder = new BlockSeriesBuilder(trial);
  for (const sample of samples) builder.add(sample);
  const line = {phase, pair, workload, place, series: builder.series()};
  await folder.appendBlock(line);
  series.push(line);
  decision.blocks.push({
    ...{phase, pair, workload, place, arm, trial: trial.index},
    sitting: decision.sittings.length,
    startMs,
    endMs: run.elapsedMs(),
    void: voidCodes(trial),
  });
  notePair(run);
  await run.save();
};
