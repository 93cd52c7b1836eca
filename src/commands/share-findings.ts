import type {Finding} from '../schema/finding.ts';
import type {ShardPlace} from '../schema/shard.ts';

/** What can be said of a load only when all of it is known. */
const ofTheWhole: ReadonlySet<string> = new Set([
  'shard-missing',
  'littles-law',
  'p99-not-certified',
  'cache-counters',
]);

/** Findings on a trial of one shard by hand: its share is no measurement, and what is wrong with the share itself is told early. */
export const shareFindings = (findings: readonly Finding[], {index, of}: ShardPlace): readonly Finding[] => [
  {
    code: 'shard-missing',
    severity: 'void',
    message: `This is the share of shard ${index + 1} of ${of} alone: what they came to together is known when their folders are joined`,
    hint: 'npm run merge -- DIR… with the folder of every shard.',
  },
  ...findings.filter(({code}) => !ofTheWhole.has(code)),
];
