/** One part of the benchmark in a process of its own, so that its peak of memory is its own: told by a message, answers with one. */
import {cpuSecondsSoFar} from '../../bench-client/outcome.ts';
import {addHistograms, type HistogramsJob} from './add-histograms.ts';
import {type HoldJob, holdExactly} from './hold-exactly.ts';
import {joinExactly} from './join-exactly.ts';
import {type ArrivalsJob, planArrivalsOfAll} from './plan-arrivals.ts';
import {type ShardsJob, writeShards} from './write-shards.ts';

const parts = {
  write: (job: ShardsJob) => writeShards(job),
  join: (job: ShardsJob) => joinExactly(job),
  arrivals: (job: ArrivalsJob) => planArrivalsOfAll(job),
  hold: (job: HoldJob) => holdExactly(job),
  histograms: (job: HistogramsJob) => addHistograms(job),
};
export type Parts = typeof parts;
export type PartName = keyof Parts;

export interface Cost {
  readonly seconds: number;
  /** User and system time, the start of the process not included. */
  readonly cpuSeconds: number;
  /** Resident before the part began, and at most while it ran. */
  readonly startMb: number;
  readonly peakMb: number;
}

process.once('message', async ({name, job}: {name: PartName; job: never}) => {
  const [beganMs, beganCpuSeconds, startMb] = [
    performance.now(),
    cpuSecondsSoFar(),
    process.memoryUsage.rss() / 2 ** 20,
  ];
  const result = await parts[name](job);
  const cost: Cost = {
    seconds: (performance.now() - beganMs) / 1000,
    cpuSeconds: cpuSecondsSoFar() - beganCpuSeconds,
    startMb,
    peakMb: process.resourceUsage().maxRSS / 1024,
  };
  process.send?.({result, cost}, () => process.disconnect());
});
