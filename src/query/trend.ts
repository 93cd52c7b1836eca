import {CutoverError} from '../errors.ts';
import {nearest} from '../nearest.ts';
import type {Answer, Database} from './database.ts';
import {runViews} from './run-views.ts';

const trialColumns = runViews.find(({name}) => name === 'trials')?.columns ?? [];
const metricNames = trialColumns.filter(({type}) => type === 'DOUBLE').map(({name}) => name);

const snake = (name: string) => name.replace(/[A-Z]|(?<=[a-z])\d/g, letter => `_${letter.toLowerCase()}`);

/** `chat.outputTokensPerSecond` or `chat.output_tokens_per_second`: a suite, and a number of `trials`. Throws BAD_OPTIONS. */
const readTrend = (text: string): {suite: string; metric: string} => {
  const dot = text.lastIndexOf('.');
  const suite = text.slice(0, Math.max(dot, 0));
  const metric = snake(text.slice(dot + 1));
  if (suite !== '' && metricNames.includes(metric)) return {suite, metric};
  const guess = nearest(metric, metricNames);
  const reason = suite === '' ? 'has no suite before its metric' : `has no metric of that name`;
  throw new CutoverError('BAD_OPTIONS', `--trend ${text} ${reason}`, {
    hint:
      suite === ''
        ? 'Write for example --trend chat.outputTokensPerSecond'
        : `${guess === null ? '' : `Did you mean ${suite}.${guess}? `}The metrics are ${metricNames.join(', ')}.`,
  });
};

/**
 * A metric of a suite over commits: one row a run, oldest first, with the median and the range of its trials that are not
 * void. Throws BAD_OPTIONS for a metric that is none, or that no run has.
 */
export const trendOf = async (database: Database, text: string): Promise<Answer> => {
  const {suite, metric} = readTrend(text);
  const answer = await database.ask(
    `SELECT left(r.git_commit, 12) || CASE WHEN r.git_dirty THEN ' +' ELSE '' END AS "commit", strftime(r.started_at, '%Y-%m-%d %H:%M') AS date,
       r.engine, r.engine_version AS version, r.stack, r.evidence,
       count(t."${metric}") AS n, median(t."${metric}") AS median, min(t."${metric}") AS min, max(t."${metric}") AS max, r.run_id
     FROM trials t JOIN runs r USING (run_id)
     WHERE t.suite = $1 AND t.void IS NULL AND t."${metric}" IS NOT NULL
     GROUP BY ALL ORDER BY min(r.started_at), r.run_id`,
    [suite],
  );
  if (answer.rows.length > 0) return answer;
  const {rows} = await database.ask('SELECT DISTINCT suite FROM trials ORDER BY suite');
  const suites = rows.map(([name]) => String(name));
  throw new CutoverError('BAD_OPTIONS', `--trend ${text}: no valid trial has it`, {
    hint:
      suites.length === 0 ? 'There is no run. Name a folder: --reports <DIR>.' : `The suites are ${suites.join(', ')}.`,
  });
};
