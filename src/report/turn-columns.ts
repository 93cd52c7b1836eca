import type {RunRecord} from '../schema/record.ts';
import type {Trial} from '../schema/trial.ts';
import {type TableColumn, voidCodes} from './columns.ts';

/** One turn number of one trial. */
interface TurnOfTrial {
  readonly trial: Trial;
  readonly turn: Trial['turns'][number];
}

type Read = TableColumn<TurnOfTrial>['read'];
const column = (part: TableColumn<TurnOfTrial>['part'], key: string, title: string, unit: string, read: Read) => ({
  part,
  key,
  title,
  unit,
  read,
});

const perRequest = (sum: number | null, {n}: TurnOfTrial['turn']): number | null => (sum === null ? null : sum / n);

/** What the prefix cache did not have of the prompts: what had to be computed. */
const uncachedPercent = ({promptTokens, cachedPromptTokens}: TurnOfTrial['turn']): number | null =>
  promptTokens === null || cachedPromptTokens === null || promptTokens === 0
    ? null
    : ((promptTokens - cachedPromptTokens) / promptTokens) * 100;

/** Every column about a turn, for tables and files. */
export const turnColumns: readonly TableColumn<TurnOfTrial>[] = [
  column('label', 'suite', 'turns', '', ({trial}) => trial.suite),
  column('label', 'repetition', 'rep', '', ({trial}) => trial.repetition),
  column('label', 'turn', 'turn', '', ({turn}) => turn.turn),
  column('label', 'n', 'n', '', ({turn}) => turn.n),
  column('measure', 'ttft_p50_ms', 'TTFT p50', 'ms', ({turn}) => turn.ttftP50Ms),
  column('measure', 'ttft_p90_ms', 'TTFT p90', 'ms', ({turn}) => turn.ttftP90Ms),
  column('measure', 'e2e_p50_ms', 'E2E p50', 'ms', ({turn}) => turn.e2eP50Ms),
  column('detail', 'prompt_tokens', 'prompt', 'tok', ({turn}) => turn.promptTokens),
  column('detail', 'cached_prompt_tokens', 'cached', 'tok', ({turn}) => turn.cachedPromptTokens),
  column('measure', 'prompt_tokens_mean', 'prompt', 'tok/req', ({turn}) => perRequest(turn.promptTokens, turn)),
  column('measure', 'cached_prompt_tokens_mean', 'cached', 'tok/req', ({turn}) =>
    perRequest(turn.cachedPromptTokens, turn),
  ),
  column('measure', 'uncached_percent', 'uncached', '%', ({turn}) => uncachedPercent(turn)),
  column('label', 'void', 'void', '', ({trial}) => voidCodes(trial)),
];

export const turnTableColumns = turnColumns.filter(({part}) => part !== 'detail');

/** One row for each turn of each trial that tells its turns apart. */
export const turnsOf = ({trials}: Pick<RunRecord, 'trials'>): readonly TurnOfTrial[] =>
  trials.flatMap(trial => trial.turns.map(turn => ({trial, turn})));

/** What two runs are compared by, of each turn. */
const compared = ['ttft_p50_ms', 'e2e_p50_ms', 'uncached_percent'];

/** Columns of a trial with the measures of each of its turns: `turn 2 TTFT p50`. */
export const turnMeasures = (trials: readonly Trial[]): readonly TableColumn<Trial>[] => {
  const numbers = [...new Set(trials.flatMap(({turns}) => turns.map(({turn}) => turn)))].sort((a, b) => a - b);
  const measures = turnColumns.filter(({key}) => compared.includes(key));
  return numbers.flatMap(number =>
    measures.map(({key, title, unit, part, read}) => ({
      key: `turn${number}_${key}`,
      title: `turn ${number} ${title}`,
      unit,
      part,
      read(trial: Trial) {
        const turn = trial.turns.find(one => one.turn === number);
        return turn === undefined ? null : read({trial, turn});
      },
    })),
  );
};
