import {expect, test} from 'vitest';
import {OwnedProcesses} from './owned-processes.ts';

/** A server whose processes are what the test says, and how often it was asked for them. */
const server = (...first: number[]) => {
  const told = {pids: first, asked: 0};
  const processes = async () => {
    told.asked += 1;
    return [...told.pids];
  };
  return {told, owner: {role: 'chat', processes} as const};
};

test('what a server had at the beginning, at the end and between the two is its own', async () => {
  const answers = [[7, 8], [17], [27]];
  const owned = new OwnedProcesses([{role: 'chat', processes: async () => answers.shift() ?? []}]);
  await owned.ask();
  owned.saw(17);
  expect(await owned.ask()).toEqual([{role: 'chat', pids: new Set([7, 8, 17, 27])}]);
});

test('it is asked again once for each process that nobody was known to have, and for no other', async () => {
  const {told, owner} = server(7);
  const owned = new OwnedProcesses([owner]);
  await owned.ask();
  for (let time = 0; time < 100; time += 1) for (const pid of [7, 98, 99]) owned.saw(pid);
  await owned.ask();
  expect(told.asked).toBe(1 + 2 + 1);
});

test('a server that cannot be asked is told to whoever asks, and ends no program before', async () => {
  const {told, owner} = server(7);
  const processes = async () => {
    if (told.asked > 0) throw new Error('no /proc');
    return owner.processes();
  };
  const owned = new OwnedProcesses([{role: 'chat', processes}]);
  await owned.ask();
  owned.saw(99);
  await expect(owned.ask()).rejects.toThrow('no /proc');
});
