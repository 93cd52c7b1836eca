import type {LoadSpec} from '../../schema/suite.ts';

/** Streams that one thread holds with time to spare (94,000 events a second: reports/client-benchmark.md). */
const streamsPerWorker = 1000;
/** Arrivals a second that one thread sends on time. */
const arrivalsPerWorker = 4000;

const wanted = (load: LoadSpec): number => {
  if (load.mode === 'closed') return Math.ceil(load.concurrency / streamsPerWorker);
  return load.mode === 'open' ? Math.ceil(load.ratePerSecond / arrivalsPerWorker) : 1;
};

/** No more than there is something to do for; autocannon has one thread. */
const most = (load: LoadSpec): number => {
  if (load.mode === 'closed') return load.concurrency;
  return load.mode === 'open' ? (load.maxInFlight ?? Number.POSITIVE_INFINITY) : 1;
};

/** How many threads a load is spread over: as asked, or as many as it needs and the machine's `cores` have room for. */
export const workerCount = (asked: number | 'auto', load: LoadSpec, cores: number): number =>
  Math.min(most(load), asked === 'auto' ? Math.min(wanted(load), cores) : asked);
