import type {Check} from '../schema/examination.ts';
import type {Asked} from './ask.ts';
import type {MissingKey} from './probe.ts';

interface Seen {
  readonly asked: readonly Asked[];
  readonly missing: MissingKey;
  readonly moveTo: string;
}

const done = (asked: readonly Asked[], ...operations: readonly Asked['operation'][]) =>
  asked.filter(({operation, refusal}) => refusal === null && operations.includes(operation));

/** 'unknown' where nothing was there to look at. */
const outcomeOf = (all: readonly unknown[], bad: readonly unknown[]): Check['outcome'] =>
  all.length === 0 ? 'unknown' : bad.length === 0 ? 'pass' : 'fail';

const sameBytes = ({asked}: Seen): Check => {
  const read = done(asked, 'read', 'move back').filter(({value}) => value !== null);
  const wrong = read.filter(
    ({operation, value}) => value !== 'same' && !(operation === 'move back' && value === 'gone'),
  );
  const [first] = wrong;
  return {
    id: 'same-bytes',
    title: 'What is read is what was written, byte for byte',
    outcome: outcomeOf(read, wrong),
    detail: `${read.length - wrong.length} of ${read.length} values read, before and after the moves`,
    example:
      first === undefined
        ? null
        : `GET /read/${first.key} ${first.value === 'gone' ? 'found nothing' : 'returned other bytes'}`,
  };
};

const movesKeep = ({asked, moveTo}: Seen): Check => {
  const moved = done(asked, 'move', 'move back');
  const lost = moved.filter(({value}) => value === 'gone');
  const [first] = lost;
  const to = first?.operation === 'move' ? moveTo : 'dram';
  return {
    id: 'moves-keep',
    title: 'A move that is answered with success keeps the value',
    outcome: outcomeOf(moved, lost),
    detail: `${moved.length - lost.length} of ${moved.length} values were there after their move`,
    example:
      first === undefined
        ? null
        : `POST /move {"key":"${first.key}","destination":"${to}"} had status 200, and the value is gone`,
  };
};

const released = ({asked}: Seen): Check => {
  const gone = done(asked, 'release');
  const there = gone.filter(({value}) => value !== 'gone');
  const [first] = there;
  return {
    id: 'released',
    title: 'What is released is gone',
    outcome: outcomeOf(gone, there),
    detail: `${gone.length - there.length} of ${gone.length} values`,
    example: first === undefined ? null : `GET /read/${first.key} still finds it`,
  };
};

const missingIsSaid = ({missing: {read, move, release}}: Seen): Check => ({
  id: 'missing',
  title: 'Of a key that was never written it is said that there is none',
  outcome: read === 'not found' && move.status === 404 && release.status === 404 ? 'pass' : 'fail',
  detail: `read: ${read}; move: ${move.status} ${move.said}; release: ${release.status} ${release.said}`,
  example: null,
});

const fullIsRefused = ({asked}: Seen): Check => {
  const refused = asked.filter(({operation, refusal}) => operation === 'write' && refusal !== null);
  const other = refused.filter(({status}) => status !== 507);
  const [first] = other[0] === undefined ? refused : other;
  return {
    id: 'full',
    title: 'A write is refused with 507 alone: there is no room',
    outcome: refused.length === 0 ? 'unknown' : other.length > 0 ? 'fail' : 'pass',
    detail: refused.length === 0 ? 'no write was refused' : `${refused.length} writes were refused`,
    example: first === undefined ? null : `POST /write of ${first.valueBytes} bytes: ${first.status} ${first.refusal}`,
  };
};

/** What the service keeps of what it says. */
export const judgeProbe = (seen: Seen): readonly Check[] => [
  sameBytes(seen),
  movesKeep(seen),
  released(seen),
  missingIsSaid(seen),
  fullIsRefused(seen),
];
