import {arms} from '../../schema/block.ts';
import type {RehearsalVerdict} from '../../schema/rehearsal-verdict.ts';
import type {Evidence} from './evidence.ts';
import {stageSpans} from './spans.ts';

type Row = RehearsalVerdict['unserved'][number];

/** Requests that were not served, counted by where they belong: the stage in which they were sent, and who had them. */
export const unservedOf = (evidence: Evidence): Row[] => {
  const {table, outcomes, rehearsal} = evidence;
  const spans = stageSpans(rehearsal);
  const rows = new Map<string, Row>();
  for (let row = 0; row < table.length; row += 1) {
    const outcome = outcomes.of(row);
    if (outcome !== 'failed' && outcome !== 'refused' && outcome !== 'lost') continue;
    const sentMs = table.columns.sentMs[row] as number;
    const found: Row = {
      outcome,
      role: table.kindOf(row),
      stage: spans.findLast(({span}) => sentMs >= span.startMs)?.name ?? null,
      target: arms[(table.columns.target[row] as number) - 1] ?? null,
      struck: isStruck(evidence, row),
      code: table.codeOf(row),
      count: 1,
    };
    const key = JSON.stringify(found);
    const same = rows.get(key);
    rows.set(key, same === undefined ? found : {...same, count: same.count + 1});
  }
  return [...rows.values()];
};

/** Of what the candidate was asked for: whether the fault came while it had it, or before. Null where there was none, or nobody was asked. */
const isStruck = ({table, times: {faultMs}}: Evidence, row: number): Row['struck'] => {
  const {askedMs, endMs, ended, target} = table.columns;
  if (faultMs === null || arms[(target[row] as number) - 1] !== 'candidate') return null;
  if ((askedMs[row] as number) >= faultMs) return 'asked-after';
  return ended[row] === 0 || (endMs[row] as number) >= faultMs ? 'in-flight' : null;
};
