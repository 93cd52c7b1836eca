import {type Arm, arms} from '../../../schema/block.ts';
import type {RunRecord} from '../../../schema/record.ts';
import {cutoverText, npmCommand, quotedWord} from '../../command-text.ts';
import {dataTable} from '../../page/data-table.ts';
import {html, type Markup} from '../../page/markup.ts';
import {engineText, gpuText} from '../../run-facts.ts';
import {serverConditions} from '../../server-conditions.ts';
import {tokenLengthsText} from '../../token-lengths-text.ts';
import type {DecidedRun} from '../decided-run.ts';

type Condition = readonly [name: string, read: (record: RunRecord) => string | null];

const ofRun: readonly Condition[] = [
  ['Run', ({runId}) => runId],
  ['Engine', ({engine}) => engineText(engine)],
  [
    'Runtime and launch plan',
    ({engine}) => [engine.runtime, ...(engine.stack === null ? [] : [engine.stack])].join(', '),
  ],
  ['GPU and driver', ({machine}) => gpuText(machine.gpus).join(', ') || null],
  ['GPU ids', ({machine}) => machine.gpus.map(({uuid}) => uuid).join(', ') || null],
  ['Machine', ({machine}) => `${machine.cpu}, ${machine.cores} cores, ${machine.os}, Node ${machine.node}`],
  ['Seed', ({seed}) => String(seed)],
  ['Token lengths', ({tokenLengths}) => tokenLengthsText(tokenLengths)],
  ['cutover', ({cutover}) => cutoverText(cutover)],
  ['Evidence', ({evidence}) => evidence],
];

const conditionsOf = (records: DecidedRun['records']): readonly Condition[] => {
  const roles = new Set(arms.flatMap(arm => records[arm].engine.servers.map(({role}) => role)));
  return [
    ...ofRun,
    ...[...roles].flatMap(role =>
      serverConditions.map(
        ([name, read]): Condition => [
          `${role}: ${name}`,
          ({engine}) => {
            const server = engine.servers.find(one => one.role === role);
            const value = server === undefined ? null : read(server);
            return value === null ? null : String(value);
          },
        ],
      ),
    ),
  ];
};

/** Everything that the numbers go with, of both sides. */
export const conditionsPart = ({records}: DecidedRun): Markup => {
  const rows = conditionsOf(records)
    .map(([name, read]) => ({name, texts: arms.map((arm: Arm) => read(records[arm]))}))
    .filter(({texts}) => texts.some(text => text !== null));
  return dataTable({
    caption: 'Conditions of both sides',
    columns: ['Condition', 'Baseline', 'Candidate', 'The same on both sides'],
    rows: rows.map(({name, texts}) => [
      name,
      ...texts.map(text => (text === null ? null : html`<code>${text}</code>`)),
      texts[0] === texts[1] ? 'yes' : 'no',
    ]),
  });
};

/** Commands that give the same verdict from what was kept, and a new one from the same plan. */
export const reproducePart = ({decision}: DecidedRun): Markup => {
  const {gitCommit, gitDirty} = decision.cutover;
  const measure = npmCommand(decision.command);
  return html`
<p>The same verdict, to the same bytes, from the blocks that were kept, offline; name the folder in which this page lies, if it is another one:</p>
<pre tabindex="0"><code>npm run decide -- --from ${quotedWord(`reports/${decision.decisionId}`)}</code></pre>
<p>Measured anew${gitCommit === null ? '' : ', with the code of then'}:</p>
<pre tabindex="0"><code>${gitCommit === null ? null : `git checkout ${quotedWord(gitCommit)}\n`}npm ci
${measure}</code></pre>
${gitDirty === true ? html`<p>The code had changes that were not committed: the commit alone is not what ran.</p>` : null}
<p>Seed ${decision.seed}: the same requests in the same order. Times differ from run to run by what the noise floor says.</p>`;
};
