import {expect, test} from 'vitest';
import {sglang} from '../../engines/sglang.ts';
import {untoldFacts} from '../../engines/untold-facts.ts';
import {stackPlan} from '../../schema/stack.ts';
import {membersOf} from './members.ts';
import {Roster, type StartedServer} from './roster.ts';

const plan = stackPlan.parse({
  ...{name: 'mine', engine: 'sglang', description: 'mine'},
  servers: [{role: 'chat', model: 'm', port: 1000, arguments: {}}],
});

/** A roster of one server; its starts wait for `mayStart`, as a process or a container is made. */
const rosterOfOne = (mayStart: () => Promise<void>) => {
  const stopped: number[] = [];
  let starts = 0;
  const {launch} = sglang;
  if (launch === null) throw new Error('it can be started');
  const roster = new Roster({
    ...{engine: sglang, launch, members: membersOf(plan, ['chat']), signal: new AbortController().signal},
    async start({owe, runsAs}) {
      starts += 1;
      const own = starts;
      runsAs(async () => [own]);
      await mayStart();
      owe(async () => void stopped.push(own));
      return {
        ...({server: {role: 'chat', url: 'http://127.0.0.1:1000', model: 'm', facts: untoldFacts}} as StartedServer),
        ...{also: [], simulated: false, innerUrl: '', kill: async () => {}},
      };
    },
  });
  return {roster, stopped};
};

test('a server that is being started again while the stack stops does not outlive it', async () => {
  const made = Promise.withResolvers<void>();
  let first = true;
  const {roster, stopped} = rosterOfOne(() => (first ? Promise.resolve() : made.promise));
  await roster.startAll();
  first = false;
  await roster.kill('chat');
  const again = roster.start('chat').catch((thrown: unknown) => thrown);
  const stopping = roster.stopAll();
  made.resolve();
  await stopping;
  expect(stopped).toContain(2);
  expect(await again).toMatchObject({code: 'INTERRUPTED'});
  await expect(roster.start('chat')).rejects.toMatchObject({code: 'ENGINE_DIED'});
});

test('processes of a server that is still being started again are its own', async () => {
  const made = Promise.withResolvers<void>();
  let first = true;
  const {roster} = rosterOfOne(() => (first ? Promise.resolve() : made.promise));
  await roster.startAll();
  expect(await roster.processesOf('chat')).toEqual([1]);
  first = false;
  await roster.kill('chat');
  const again = roster.start('chat');
  expect(await roster.processesOf('chat')).toEqual([2]);
  made.resolve();
  await again;
  expect(await roster.processesOf('chat')).toEqual([2]);
});
