import type {Disturbance, KeptCache, Stretch} from '../../schema/disturbance.ts';
import type {RunRecord} from '../../schema/record.ts';
import {routerPolicyOf} from '../../schema/router-policy.ts';
import type {Trial} from '../../schema/trial.ts';
import {type TableColumn, voidCodes} from '../columns.ts';
import type {Fact} from '../run-facts.ts';
import {trialName} from '../trial-text.ts';
import {disturbanceFacts, disturbanceText, untilServedMs} from './disturbance-words.ts';
import {column, percentOf, type Section, section} from './section.ts';

interface DisturbedTrial {
  readonly trial: Trial;
  readonly disturbance: Disturbance;
}

interface NamedStretch {
  readonly name: 'before' | 'during' | 'after';
  readonly stretch: Stretch;
}

/** What was done in one trial, as people read it. */
interface DisturbanceBlock {
  readonly heading: string;
  readonly facts: readonly Fact[];
  readonly stretches: Section;
}

const disturbedOf = ({trials}: RunRecord): readonly DisturbedTrial[] =>
  trials.flatMap(trial => (trial.disturbance === null ? [] : [{trial, disturbance: trial.disturbance}]));

const stretchColumns: readonly TableColumn<Stretch>[] = [
  column('measure', 'ms', 'lasted', 'ms', ({startMs, endMs}) => endMs - startMs),
  column('label', 'ok', 'ok', '', ({ok}) => ok),
  column('label', 'failed', 'failed', '', ({failed}) => failed),
  column('measure', 'delayed', 'delayed', '', ({delayed}) => delayed),
  column('measure', 'ttft_p50_ms', 'TTFT p50', 'ms', ({ttftP50Ms}) => ttftP50Ms),
  column('measure', 'ttft_max_ms', 'TTFT max', 'ms', ({ttftMaxMs}) => ttftMaxMs),
  column('measure', 'e2e_p50_ms', 'E2E p50', 'ms', ({e2eP50Ms}) => e2eP50Ms),
  column('measure', 'e2e_max_ms', 'E2E max', 'ms', ({e2eMaxMs}) => e2eMaxMs),
  column('measure', 'output_tokens_per_second', 'output', 'tok/s', one => one.outputTokensPerSecond),
  column('measure', 'cached_percent', 'cached', '%', one => percentOf(one.cachedPromptTokens, one.promptTokens)),
];

const stretchesOf = ({before, during, after}: Disturbance): readonly NamedStretch[] => [
  {name: 'before', stretch: before},
  {name: 'during', stretch: during},
  {name: 'after', stretch: after},
];

const blockOf = ({trial, disturbance}: DisturbedTrial, policy: string | null): readonly DisturbanceBlock[] => {
  const columns = [
    column<NamedStretch>('label', 'stretch', 'requests', '', ({name}) => name),
    ...stretchColumns.map(({part, key, title, unit, read}) =>
      column<NamedStretch>(part, key, title, unit, ({stretch}) => read(stretch)),
    ),
  ];
  const voids = voidCodes(trial);
  const heading = `${trialName(trial)}: ${disturbanceText(disturbance.spec)}${voids === null ? '' : ` (VOID: ${voids})`}`;
  const words = {file: 'stretches', heading, meaning: ''};
  return section(words, columns, stretchesOf(disturbance)).map(stretches => ({
    heading,
    facts: disturbanceFacts(trial, disturbance, policy),
    stretches,
  }));
};

/** One for each trial in which something was done to the stack. */
export const disturbanceBlocks = (record: RunRecord): readonly DisturbanceBlock[] => {
  const policy = routerPolicyOf(record);
  return disturbedOf(record).flatMap(one => blockOf(one, policy));
};

/** What the words of such a block mean. */
export const disturbancesMeaning =
  'Before has the requests that ended before the first step, after those that were due when all was over, and during all that were in flight at some time of it. Client errors are of the whole trial. The probe asks one short prompt again and again beside the load; its requests are in no other number but what servers count themselves. That requests fail or come late here is what is measured, and makes no trial void.';

const detail = (key: string, read: TableColumn<DisturbedTrial>['read']) =>
  column<DisturbedTrial>('detail', key, key, '', read);

const keptColumns = (of: KeptCache['of']) => {
  const read =
    <K extends keyof KeptCache>(key: K) =>
    ({disturbance}: DisturbedTrial) =>
      disturbance.kept.find(one => one.of === of)?.[key] ?? null;
  return [
    detail(`cached_tokens_before_${of}`, read('beforeTokens')),
    detail(`cached_tokens_after_${of}`, read('afterTokens')),
    detail(`cache_${of}`, read('cache')),
  ];
};

const fileColumns: readonly TableColumn<DisturbedTrial>[] = [
  detail('suite', ({trial}) => trial.suite),
  detail('repetition', ({trial}) => trial.repetition),
  detail('evidence', ({trial}) => trial.evidence),
  detail('kind', ({disturbance}) => disturbance.spec.kind),
  detail('what', ({disturbance}) => disturbanceText(disturbance.spec)),
  detail('start_ms', ({disturbance}) => disturbance.startMs),
  detail('took_ms', ({disturbance}) => disturbance.endMs - disturbance.startMs),
  detail('steps', ({disturbance}) => disturbance.steps.length),
  detail('steps_not_done', ({disturbance}) => disturbance.steps.filter(({ok}) => !ok).length),
  detail('effect_ms', ({disturbance}) => disturbance.effectMs),
  detail('delayed_beyond_ms', ({disturbance}) => disturbance.delayedBeyondMs),
  ...(['before', 'during', 'after'] as const).flatMap(name =>
    stretchColumns.map(({key, read}) => detail(`${name}_${key}`, ({disturbance}) => read(disturbance[name]))),
  ),
  ...keptColumns('old'),
  ...keptColumns('new'),
  detail('memory_before_mib', ({disturbance}) => disturbance.memory?.beforeMiB ?? null),
  detail('memory_during_mib', ({disturbance}) => disturbance.memory?.duringMiB ?? null),
  detail('memory_after_mib', ({disturbance}) => disturbance.memory?.afterMiB ?? null),
  detail('routed_away_ms', ({disturbance}) => disturbance.outage?.routedAwayMs ?? null),
  detail('ready_ms', ({disturbance}) => disturbance.outage?.readyMs ?? null),
  detail('until_served_ms', ({disturbance}) => untilServedMs(disturbance)),
  detail('void', ({trial}) => voidCodes(trial)),
];

/** One row for each of them, for files. */
export const disturbancesFile = (record: RunRecord): readonly Section[] =>
  section({file: 'disturbances', heading: '', meaning: ''}, fileColumns, disturbedOf(record));
