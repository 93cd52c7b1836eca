import type {Weights} from '../engines/weights.ts';
import type {Stack} from '../runtimes/stack.ts';
import type {DisturbanceSpec} from '../schema/disturbance.ts';
import type {Finding} from '../schema/finding.ts';
import type {GivenWeights} from './given-weights.ts';

interface Missing {
  readonly why: string;
  readonly hint: string;
}

const controlled = 'Let cutover start the servers itself: --runtime process, docker or embedded.';

/** As `MemberControl` knows them. */
const memberNames = ({servers}: Pick<Stack, 'servers'>): readonly string[] =>
  servers.flatMap(({role, members}) => members?.map(({name}) => name) ?? [role]);

const missing = (spec: DisturbanceSpec, stack: Stack, {folder, adapter}: GivenWeights): Missing | null => {
  const {engine, control} = stack;
  if (spec.kind === 'outage') {
    const names = memberNames(stack);
    if (control === null) return {why: 'what serves was not started by cutover', hint: controlled};
    if (names.includes(spec.member)) return null;
    return {
      why: `this stack has no ${spec.member}, only ${names.join(', ')}`,
      hint: 'Name a stack of several servers, for example --stack sglang-router-cache-aware-2.',
    };
  }
  if (spec.kind === 'weights' && spec.method === 'restart') {
    if (control === null) return {why: 'what serves was not started by cutover', hint: controlled};
    return folder === null ? noFolder : null;
  }
  if (engine.weights === null)
    return {why: `${engine.title} offers no call for it`, hint: 'Name the engine itself: --engine.'};
  if (spec.kind === 'sleep') return null;
  if (spec.method === 'disk') return folder === null ? noFolder : barredFromDisk(stack, engine.weights);
  return adapter === null ? {why: 'no adapter was named', hint: 'Add --lora NAME=PATH.'} : null;
};

const barredFromDisk = ({servers}: Pick<Stack, 'servers'>, {disk}: Weights): Missing | null =>
  servers
    .flatMap(({command, members}) => [command, ...(members ?? []).map(member => member.command)])
    .reduce<Missing | null>((found, command) => found ?? (command === null ? null : disk.barred(command)), null);

const noFolder: Missing = {why: 'no new weights were named', hint: 'Add --new-weights PATH.'};

/** Why a stage cannot be run on this stack; null where it can. */
export const notOffered = (
  name: string,
  spec: DisturbanceSpec,
  stack: Stack,
  given: GivenWeights,
): (Finding & {readonly hint: string}) | null => {
  const found = missing(spec, stack, given);
  return (
    found && {code: 'not-offered', severity: 'note', message: `${name} was not run: ${found.why}`, hint: found.hint}
  );
};
