import {parseJson, textAt} from '../engines/json-field.ts';
import type {ChangeCall, Weights} from '../engines/weights.ts';
import {fetchText} from '../http/fetch-text.ts';
import type {MemberControl, RunningServer, Stack} from '../runtimes/stack.ts';
import type {DisturbanceSpec} from '../schema/disturbance.ts';
import type {Role} from '../schema/request.ts';
import type {GivenWeights} from './given-weights.ts';

/** One thing to do to one server. */
export interface Change {
  readonly what: string;
  readonly member: string | null;
  /** `POST /sleep`; null where it is no request. */
  readonly request: string | null;
  /** Made only where this one was done; absent is in any case. */
  readonly onlyAfter?: Change;
  /** Resolves with what the server said to it, rejects with why it was not done. */
  make(signal: AbortSignal): Promise<string | null>;
}

/** Changes in order. Where one is not done, the rest of its group is left out, and the next group comes. */
export interface ChangeGroup {
  readonly changes: readonly Change[];
  /** Seconds to wait before it. */
  readonly afterSeconds: number;
}

export interface Changes {
  readonly groups: readonly ChangeGroup[];
  /** Brings the old weights back, for the stages that follow; empty where nothing is to be undone. */
  readonly undo: readonly ChangeGroup[];
  /** What to look at where a change is refused. */
  readonly hint: string;
}

/** Loading a model from a slow disk, and a restart, may take minutes. */
const patienceMs = 15 * 60_000;

/** What a server says to a call that it has done: its message, or its text; null where it has only fields. */
const wordsOf = (body: string): string | null => {
  const said = parseJson(body);
  const text = typeof said === 'object' ? textAt(said, 'message') : body.trim() || null;
  return text?.slice(0, 300) ?? null;
};

const post = (call: ChangeCall, url: string, member: string | null, {problem}: Weights): Change => ({
  what: call.what,
  member,
  request: `POST ${call.path}`,
  async make(signal) {
    const json = 'json' in call ? {json: call.json} : {};
    const reply = await fetchText(url + call.path, {method: 'POST', ...json, timeoutMs: patienceMs, signal});
    const why = problem(reply);
    if (why !== null) throw new Error(why);
    return wordsOf(reply.body);
  },
});

const kill = (control: MemberControl, name: string): Change => ({
  what: `kill ${name}`,
  member: name,
  request: null,
  make: async () => {
    await control.kill(name);
    return null;
  },
});

const start = (control: MemberControl, name: string, model: string | null): Change => ({
  what: model === null ? `start ${name} again` : `start ${name} with the weights of ${model}`,
  member: name,
  request: null,
  make: async () => {
    await control.start(name, model === null ? {} : {model});
    return null;
  },
});

/** The servers that hold weights: those behind a router, or the one there is. */
const targetsOf = (stack: Stack, role: Role): readonly {readonly name: string | null; readonly url: string}[] => {
  const {behind, url} = stack.endpoint(role);
  return behind ?? [{name: null, url}];
};

/** Where the weights that it serves came from: what it was started with, or what it calls itself. */
const folderOf = ({command, members, model}: RunningServer, {folderIn}: Weights): string => {
  const started = members === undefined ? command : members.find(({part}) => part !== 'router')?.command;
  return (started && folderIn(started)) ?? model;
};

const once = (changes: readonly Change[]): readonly ChangeGroup[] => [{changes, afterSeconds: 0}];

type Post = (call: ChangeCall) => Change;

const paired = ({begin, end}: Weights['sleep']['steps'][number], send: Post) => {
  const begun = send(begin);
  return {begin: begun, end: {...send(end), onlyAfter: begun}};
};

/** The second group ends what was begun, whatever became of the weights. */
const loading = ({call, within}: ReturnType<Weights['disk']['load']>, send: Post): readonly ChangeGroup[] => {
  if (within === null) return once([send(call)]);
  const {begin, end} = paired(within, send);
  return [...once([begin, send(call)]), ...once([end])];
};

/** What a disturbance does to a stack that offers it (see `notOffered`). */
export const changesOf = (spec: DisturbanceSpec, stack: Stack, role: Role, given: GivenWeights): Changes => {
  const {control} = stack;
  const {weights} = stack.engine;
  const targets = targetsOf(stack, role);
  const each = <Made>(make: (weights: Weights, send: Post) => readonly Made[]): readonly Made[] =>
    weights === null ? [] : targets.flatMap(({name, url}) => make(weights, call => post(call, url, name, weights)));
  const controlled = (changes: (control: MemberControl) => readonly Change[]) =>
    control === null ? [] : changes(control);

  if (spec.kind === 'outage') {
    const [killed, started] = [
      controlled(by => [kill(by, spec.member)]),
      controlled(by => [start(by, spec.member, null)]),
    ];
    return {
      groups: [...once(killed), {changes: started, afterSeconds: spec.downSeconds}],
      undo: [],
      hint: "Read the member's log in the run's folder.",
    };
  }
  if (spec.kind === 'sleep') {
    const slept = each(({sleep}, send) => [sleep.steps.map(step => paired(step, send))]);
    // A group for each server: one that does not wake up must not keep the others asleep.
    const woken = slept.toReversed().map((pairs, index) => ({
      changes: pairs.map(({end}) => end).toReversed(),
      afterSeconds: index === 0 ? spec.asleepSeconds : 0,
    }));
    return {
      groups: [...once(slept.flat().map(({begin}) => begin)), ...woken],
      undo: [],
      hint: weights?.sleep.hint ?? '',
    };
  }
  const {folder, adapter} = given;
  if (spec.method === 'lora' && adapter !== null)
    return {
      groups: once(each(({lora}, send) => [send(lora.load(adapter.name, adapter.path))])),
      undo: once(each(({lora}, send) => [send(lora.unload(adapter.name))])),
      hint: weights?.lora.hint ?? '',
    };
  const server = stack.servers.find(one => one.role === role);
  if (folder === null || server === undefined) return {groups: [], undo: [], hint: ''};
  if (spec.method === 'disk')
    return {
      groups: each(({disk}, send) => loading(disk.load(folder, spec.flush), send)),
      undo: each((own, send) => loading(own.disk.load(folderOf(server, own), true), send)),
      hint: weights?.disk.hint ?? '',
    };
  // One after the other: behind a router the others serve meanwhile.
  const restart = (model: string | null) =>
    controlled(by => targets.flatMap(({name}) => [kill(by, name ?? role), start(by, name ?? role, model)]));
  return {groups: once(restart(folder)), undo: once(restart(null)), hint: "Read the server's log in the run's folder."};
};
