import {createHistogram, type Histogram} from './histogram.ts';

/** What the transfers of a prefill server took. source: SGLang 0.5.17, metrics_collector.py, whose MB and GB are of 2^20 and 2^30 bytes */
export interface TransferHistograms {
  readonly bootstrapMs: Histogram;
  readonly latencyMs: Histogram;
  readonly totalMb: Histogram;
  readonly speedGbPerSecond: Histogram;
}

const mb = 2 ** 20;
const waits = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500];

export const createTransfers = () => {
  const bootstrapMs = createHistogram(waits);
  const latencyMs = createHistogram([...waits, 5000]);
  const totalMb = createHistogram([1, 5, 10, 50, 100, 500, 1000, 5000, 10_000]);
  const speedGbPerSecond = createHistogram([0.1, 0.5, 1, 5, 10, 25, 50, 100, 200, 400]);
  return {
    observe(transfer: {readonly bootstrapMs: number; readonly latencyMs: number; readonly bytes: number}) {
      bootstrapMs.observe(transfer.bootstrapMs);
      latencyMs.observe(transfer.latencyMs);
      totalMb.observe(transfer.bytes / mb);
      speedGbPerSecond.observe(transfer.bytes / mb / 1024 / (transfer.latencyMs / 1000));
    },
    read: (): TransferHistograms => ({
      bootstrapMs: bootstrapMs.read(),
      latencyMs: latencyMs.read(),
      totalMb: totalMb.read(),
      speedGbPerSecond: speedGbPerSecond.read(),
    }),
  };
};
