import type {PdStats} from '../pd/bootstrap.ts';
import {histogramSamples, type Metric} from './exposition.ts';

/** SGLang's of a prefill/decode pair; transfers are observed where they are sent from. source: observability/metrics_collector.py */
export const pdMetrics = ({queues, transfers, failed}: PdStats, labels: Readonly<Record<string, string>>): Metric[] => {
  const one = (type: 'gauge' | 'counter', name: string, help: string, value: number): Metric => ({
    name: `sglang:${name}`,
    type,
    help,
    samples: [{labels, value}],
  });
  const queue = (name: string, help: string, value: number) =>
    one('gauge', `num_${name}_queue_reqs`, `The number of requests in the ${help} queue.`, value);
  const histograms =
    transfers === null
      ? []
      : ([
          ['kv_transfer_speed_gb_s', 'Histogram of KV cache transfer speed in GB/s.', transfers.speedGbPerSecond],
          ['kv_transfer_latency_ms', 'Histogram of KV cache transfer latency in ms.', transfers.latencyMs],
          ['kv_transfer_bootstrap_ms', 'Histogram of KV transfer bootstrap time in ms.', transfers.bootstrapMs],
          ['kv_transfer_total_mb', 'Histogram of KV cache transfer size in MB.', transfers.totalMb],
        ] as const);
  return [
    queue('prefill_bootstrap', 'prefill bootstrap', queues.bootstrap),
    queue('prefill_inflight', 'prefill inflight', queues.inflight),
    queue('decode_prealloc', 'decode prealloc', queues.prealloc),
    queue('decode_transfer', 'decode transfer', queues.transfer),
    one('counter', 'num_bootstrap_failed_reqs_total', 'The number of bootstrap failed requests.', failed.bootstrap),
    one('counter', 'num_transfer_failed_reqs_total', 'The number of transfer failed requests.', failed.transfer),
    ...histograms.map(
      ([name, help, histogram]): Metric => ({
        name: `sglang:${name}`,
        type: 'histogram',
        help,
        // The series is not there before the first transfer.
        samples: histogram.counts.at(-1) === 0 ? [] : histogramSamples(labels, histogram),
      }),
    ),
  ];
};
