import type {RunRecord} from '../../schema/record.ts';
import type {MemberShare, Trial} from '../../schema/trial.ts';
import {type TableColumn, voidCodes} from '../columns.ts';
import {column, percentOf, type Section, section} from './section.ts';

interface ShareOfTrial {
  readonly trial: Trial;
  readonly share: MemberShare;
}

/** Of all servers of a part; null as soon as one does not tell. A PD pair counts each request twice, so that parts are not added. */
const requestsOf = ({members}: Trial, part: MemberShare['part']): readonly number[] | null => {
  const counts = members.filter(member => member.part === part).map(({requests}) => requests);
  const told = counts.filter(count => count !== null);
  return told.length < counts.length ? null : told;
};

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

/** The busiest server's requests over the mean of its part: 1 is even, 2 of two servers is one that does all. */
const balanceOf = (trial: Trial, part: MemberShare['part']): number | null => {
  const counts = requestsOf(trial, part);
  if (counts === null || counts.length < 2 || sum(counts) === 0) return null;
  return Math.max(...counts) / (sum(counts) / counts.length);
};

const shareOf = ({trial, share}: ShareOfTrial): number | null => {
  const counts = requestsOf(trial, share.part);
  return counts === null || counts.length < 2 ? null : percentOf(share.requests, sum(counts));
};

const columns = [
  column<ShareOfTrial>('label', 'suite', 'by server', '', ({trial}) => trial.suite),
  column<ShareOfTrial>('label', 'repetition', 'rep', '', ({trial}) => trial.repetition),
  column<ShareOfTrial>('detail', 'evidence', 'evidence', '', ({trial}) => trial.evidence),
  column<ShareOfTrial>('label', 'member', 'server', '', ({share}) => share.name),
  column<ShareOfTrial>('detail', 'part', 'part', '', ({share}) => share.part),
  column<ShareOfTrial>('measure', 'requests', 'requests', '', ({share}) => share.requests),
  column<ShareOfTrial>('measure', 'requests_percent', 'share', '%', shareOf),
  column<ShareOfTrial>('measure', 'balance', 'balance', '×', ({trial, share}) => balanceOf(trial, share.part)),
  column<ShareOfTrial>('measure', 'prompt_tokens', 'prompt tokens', '', ({share}) => share.promptTokens),
  column<ShareOfTrial>('detail', 'cached_prompt_tokens', 'cached tokens', '', ({share}) => share.cachedPromptTokens),
  column<ShareOfTrial>('measure', 'prefix_hits_percent', 'hits', '%', ({share}) =>
    percentOf(share.cachedPromptTokens, share.promptTokens),
  ),
  column<ShareOfTrial>('measure', 'generation_tokens', 'generated tokens', '', ({share}) => share.generationTokens),
  column<ShareOfTrial>('label', 'void', 'void', '', ({trial}) => voidCodes(trial)),
];

/** One row for each server behind a router in each trial. */
export const sharesSection = ({trials}: RunRecord): readonly Section[] =>
  section(
    {
      file: 'shares',
      heading: 'Work of each server',
      meaning:
        "By the growth of each server's own counters over a trial, the requests of the warm-up and of a disturbance's probe too. Share is of the requests of all servers of its part (replica, prefill, decode). Balance is the busiest server's requests ÷ the mean of its part: 1 is even. Hits is the share of its prompt tokens that it counts as cached; a decode server gets its prompts computed by others. What a server that was started anew did is not known.",
    },
    columns,
    trials.flatMap(trial => trial.members.map(share => ({trial, share}))),
  );

/** What two runs are compared by: the balance of each part that has several servers. */
export const balanceMeasures = (trials: readonly Trial[]): readonly TableColumn<Trial>[] => {
  const parts = new Set(trials.flatMap(({members}) => members.map(({part}) => part)));
  return [...parts]
    .map(part =>
      column<Trial>('measure', `${part}_balance`, `balance of ${part}`, '×', trial => balanceOf(trial, part)),
    )
    .filter(({read}) => trials.some(trial => read(trial) !== null));
};
