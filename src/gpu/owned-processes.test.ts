import {expect, test} from 'vitest';
import {OwnedProcesses, type Owner} from './owned-processes.ts';

/** A server whose processes are what the test says, and how often it was asked for them. */
const server = (...first: number[]) => {
  const told = {pids: first, asked: 0};
  const processes = async () => {
    told.asked += 1;
    return [...told.pids];
  };
  return {told, owner: {role: 'chat', processes} as const};
};

const begun = async (...owners: Owner[]) => {
  const clock = {ms: 0};
  const owned = new OwnedProcesses(owners, () => clock.ms);
  await owned.ask();
  return {clock, owned};
};

/** What is asked for by itself has been answered. */
const answered = () => new Promise(setImmediate);

test('what a server had at the beginning, at the end and between the two is its own', async () => {
  const answers = [[7, 8], [17], [27]];
  const {owned} = await begun({role: 'chat', processes: async () => answers.shift() ?? []});
  owned.saw(17);
  expect(await owned.ask()).toEqual([{role: 'chat', pids: new Set([7, 8, 17, 27])}]);
});

test('a process that nobody was known to have is asked about at once, and again after 1, 2, 4 and then each 5 s while nobody has it', async () => {
  const {told, owner} = server(7);
  const {clock, owned} = await begun(owner);
  const askedMs: number[] = [];
  for (let pid = 99; clock.ms < 20_000; clock.ms += 200) {
    if (clock.ms % 5000 === 0) pid += 1;
    const before = told.asked;
    for (const one of [7, pid, pid + 1000]) owned.saw(one);
    await answered();
    if (told.asked > before) askedMs.push(clock.ms);
  }
  expect(askedMs).toEqual([0, 1000, 3000, 7000, 12_000, 17_000]);
});

test('a process that its server is asked for too early, or could not be asked for, is found a second later', async () => {
  const answers = [[7], [], new Error('no answer from Docker'), [17]];
  const processes = async () => {
    const answer = answers.shift() ?? [];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const {clock, owned} = await begun({role: 'chat', processes});
  for (const ms of [0, 1000, 3000]) {
    clock.ms = ms;
    owned.saw(17);
    await answered();
  }
  expect(answers).toEqual([]);
  expect(await owned.ask()).toEqual([{role: 'chat', pids: new Set([7, 17])}]);
});

test("three answers without it make a process a stranger's, which is asked about no more", async () => {
  const {told, owner} = server(7);
  const {owned} = await begun(owner);
  owned.saw(99);
  await owned.ask();
  expect([...owned.strangers]).toEqual([]);
  await owned.ask();
  expect([...owned.strangers]).toEqual([99]);
  const {asked} = told;
  owned.saw(99);
  await answered();
  expect(told.asked).toBe(asked);
});

test('a server that tells of none where it had some has not answered', async () => {
  const {told, owner} = server(7);
  const {owned} = await begun(owner);
  told.pids = [];
  owned.saw(99);
  for (let time = 0; time < 9; time += 1) await owned.ask();
  expect([...owned.strangers]).toEqual([]);
});

test('a server that cannot be asked is told to whoever asks, and the next one asks anew', async () => {
  const {told, owner} = server(7);
  const processes = async () => {
    const pids = await owner.processes();
    if (told.asked === 3) throw new Error('no /proc');
    return pids;
  };
  const {owned} = await begun({role: 'chat', processes});
  await owned.ask();
  await expect(owned.ask()).rejects.toThrow('no /proc');
  expect(await owned.ask()).toEqual([{role: 'chat', pids: new Set([7])}]);
});
