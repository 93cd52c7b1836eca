import {roleOf} from '../schema/request.ts';
import type {Trial, TrialGpu} from '../schema/trial.ts';
import type {Column} from './columns.ts';
import {shownNumber} from './number.ts';

type Card = TrialGpu['cards'][number];

const detail = (key: string, title: string, unit: string, read: Column['read']): Column => ({
  key,
  title,
  unit,
  of: 'gpu',
  part: 'detail',
  read,
});

/** One number of all the cards of a trial; null where one of them does not tell it. */
const ofCards =
  (pick: (card: Card) => number | null | undefined, join: (values: number[]) => number) =>
  ({gpu}: Trial): number | null => {
    const values = (gpu?.cards ?? []).map(card => pick(card) ?? null);
    const told = values.filter(value => value !== null);
    return told.length === 0 || told.length < values.length ? null : join(told);
  };

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const most = (values: number[]) => Math.max(...values);
const least = (values: number[]) => Math.min(...values);

/** `sw-power-cap 97.5 %`; of several cards, each reason at the card on which it held the longest. */
const clockLimitsText = ({gpu}: Trial): string | null => {
  if (gpu === null) return null;
  const reasons = Map.groupBy(
    gpu.cards.flatMap(({clockLimits}) => clockLimits),
    ({reason}) => reason,
  );
  const texts = [...reasons].map(
    ([reason, held]) => `${reason} ${shownNumber(most(held.map(({share}) => share)) * 100, '%')} %`,
  );
  return texts.join(', ') || null;
};

/** What was watched beside the load: memory, power, clocks and heat of the cards, and the server's KV pool. */
export const gpuColumns: readonly Column[] = [
  detail(
    'gpu_memory_max_mib',
    'VRAM max',
    'MiB',
    ofCards(({memoryUsedMiB}) => memoryUsedMiB.max, sum),
  ),
  detail('server_memory_max_mib', 'server max', 'MiB', ({gpu, workload}) => {
    const server = gpu?.servers.find(({role}) => role === roleOf(workload.kind));
    return server?.memoryMaxMiB ?? null;
  }),
  detail(
    'gpu_power_mean_w',
    'power mean',
    'W',
    ofCards(({powerW}) => powerW?.mean, sum),
  ),
  detail(
    'gpu_power_max_w',
    'power max',
    'W',
    ofCards(({powerW}) => powerW?.max, most),
  ),
  detail(
    'gpu_sm_clock_p50_mhz',
    'SM clock p50',
    'MHz',
    ofCards(({smClockMHz}) => smClockMHz?.p50, least),
  ),
  detail(
    'gpu_sm_clock_min_mhz',
    'SM clock min',
    'MHz',
    ofCards(({smClockMHz}) => smClockMHz?.min, least),
  ),
  detail(
    'gpu_temperature_max_c',
    'temperature max',
    '°C',
    ofCards(({temperatureMaxC}) => temperatureMaxC, most),
  ),
  detail('gpu_clock_limits', 'clock limits', '', clockLimitsText),
  detail('kv_used_max_percent', 'KV used', '%', ({kvUse}) => kvUse && kvUse.maxShare * 100),
  detail('kv_used_max_tokens', 'KV used', 'tok', ({kvUse}) => kvUse?.maxTokens ?? null),
];
