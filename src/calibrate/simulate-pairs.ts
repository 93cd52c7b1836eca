import type {Arm, BlockSeries, Phase, PlannedBlock, SeriesName} from '../schema/block.ts';
import type {PlannedWorkload} from '../schema/plan.ts';
import {metrics} from '../stats/metrics.ts';
import type {RandomStream} from '../stats/random-stream.ts';
import {type BlockNoise, blockNoiseOf, drawSeries} from './block-noise.ts';
import {uniformDeviates} from './deviates.ts';
import {blockLevels, type MachineNoise} from './machine-noise.ts';

type SeriesPair = Readonly<Record<Arm, BlockSeries>>;

/** A workload whose pairs are drawn, with all series that its metrics are made of. */
interface Subject {
  readonly workload: PlannedWorkload;
  /** By how much the candidate is worse in truth. 0.1: 1.1 times each latency, and 1/1.1 of each rate. */
  readonly worseShare: number;
}

interface Simulation {
  /** All blocks of the decision in running order, those of other workloads too. */
  readonly schedule: readonly PlannedBlock[];
  readonly subjects: readonly Subject[];
  readonly machine: MachineNoise;
  readonly random: RandomStream;
}

/**
 * Pairs of each subject as the schedule would have measured them on one machine: all blocks share its wandering level, and all
 * series of a block have its level and its pause.
 */
export const simulatePairs = ({
  schedule,
  subjects,
  machine,
  random,
}: Simulation): readonly Readonly<Record<Phase, readonly SeriesPair[]>>[] => {
  const uniform = uniformDeviates(random);
  const levels = blockLevels(schedule.length, machine, uniform);
  // That of one real block for all: engines differ in theirs, and one decision has one pair of engines.
  const shape = Math.floor(uniform() * 2 ** 16);
  return subjects.map(({workload, worseShare}) => {
    const noises = noisesOf(workload);
    const places = [...schedule.keys()].filter(place => schedule[place]?.workload === workload.name);
    const slow = places[Math.floor(uniform() * places.length)];
    const halves = new Map<number, Partial<Record<Arm, BlockSeries>>>();
    const pairs: Record<Phase, Partial<Record<Arm, BlockSeries>>[]> = {aa: [], ab: []};
    for (const place of places) {
      const planned = schedule[place] as PlannedBlock;
      const level = (levels[place] as number) + (place === slow ? machine.scale * machine.slowBlock : 0);
      const effect = planned.phase === 'ab' && planned.place === 'candidate' ? Math.log1p(worseShare) : 0;
      const pauseMs = pauseOf(noises, machine, uniform);
      const half = halves.get(planned.pair) ?? {};
      if (!halves.has(planned.pair)) pairs[planned.phase].push(half);
      halves.set(planned.pair, half);
      half[planned.place] = {
        ...planned,
        series: Object.fromEntries(
          noises.map(({series, noise}) => {
            const drawn = {shape, level: noise.levelSd * level + effect, pauseMs};
            return [series, Array.from(drawSeries(noise, drawn, uniform))];
          }),
        ),
      };
    }
    return pairs as Record<Phase, SeriesPair[]>;
  });
};

/** ms; 0 for a block without one, as most are. */
const pauseOf = (
  [first]: readonly {noise: BlockNoise}[],
  {pauses, pauseMs}: MachineNoise,
  uniform: () => number,
): number => {
  if (first === undefined) return 0;
  const {pauseChance, pausesMs} = first.noise;
  const measuredMs = pausesMs[Math.floor(uniform() * pausesMs.length)] ?? 0;
  return uniform() < pauseChance ? (pauseMs ?? measuredMs * pauses) : 0;
};

const known = new WeakMap<PlannedWorkload, readonly {series: SeriesName; noise: BlockNoise}[]>();

const noisesOf = (workload: PlannedWorkload): readonly {series: SeriesName; noise: BlockNoise}[] => {
  const kept = known.get(workload);
  if (kept !== undefined) return kept;
  const {name, load} = workload;
  if (load.mode !== 'closed' || load.requests === null) throw new TypeError(`${name}: only closed loops were measured`);
  const {requests, concurrency} = load;
  const made = [...new Set(workload.metrics.map(({metric}) => metrics[metric].series))].map(series => ({
    series,
    noise: blockNoiseOf({workload: name, series, requests, concurrency}),
  }));
  known.set(workload, made);
  return made;
};
