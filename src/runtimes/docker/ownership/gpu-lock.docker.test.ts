import {afterAll, beforeAll, expect, test} from 'vitest';
import {importEmptyImage, type OwnDocker, ownDocker} from '../test-own-docker.ts';
import {gpuLockName, lockGpu} from './gpu-lock.ts';
import {labelsOf} from './labels.ts';
import {thisOwner} from './owner.ts';

// The lock has one name on an engine: on the one that all tests share, they would wait for one another.
let engine: OwnDocker;
let image = '';
beforeAll(async () => {
  engine = await ownDocker();
  image = await importEmptyImage(engine.docker);
});
afterAll(() => engine[Symbol.asyncDispose]());

const goneOwner = thisOwner().replace(/[^/]*$/, '17');
const elsewhere = `another-host/${thisOwner().split('/').slice(1).join('/')}`;
const labels = (runId: string, owner = thisOwner()) =>
  labelsOf({runId, role: 'gpu-lock', folder: `/runs/${runId}`, owner});
const lock = (runId: string, owner?: string) => lockGpu(engine, {image, labels: labels(runId, owner)});
const holder = async () => (await engine.docker.getContainer(gpuLockName).inspect()).Config.Labels['cutover.run'];
const nobodyHolds = () => expect(holder()).rejects.toMatchObject({statusCode: 404});

test('one run at a time has the GPU, and the next one gets it when that has ended', async () => {
  const first = await lock('first');
  await expect(lock('second')).rejects.toMatchObject({
    code: 'GPU_BUSY',
    message: expect.stringMatching(
      new RegExp(
        `^The GPU of unix://.* is taken by run first \\(process ${process.pid} of .*, folder /runs/first\\) since \\d{4}-.*Z$`,
      ),
    ),
    hint: expect.stringMatching(/^Wait for it, or end it with Ctrl-C\./),
  });
  expect(await holder()).toBe('first');
  await first[Symbol.asyncDispose]();
  await nobodyHolds();
  await using _ = await lock('second');
  expect(await holder()).toBe('second');
});

test('a lock whose owner is gone is taken over; one of another machine is not', async () => {
  await lock('dead', goneOwner);
  await using _ = await lock('heir');
  expect(await holder()).toBe('heir');
  await _[Symbol.asyncDispose]();

  const foreign = await lock('foreign', elsewhere);
  await expect(lock('heir')).rejects.toMatchObject({code: 'GPU_BUSY', hint: expect.stringContaining('clean -- --all')});
  expect(await holder()).toBe('foreign');
  await foreign[Symbol.asyncDispose]();
});

test('of many that take over from a dead one at once, exactly one gets it', async () => {
  for (let round = 0; round < 5; round++) {
    await lock('dead', goneOwner);
    const attempts = await Promise.allSettled(Array.from({length: 8}, (_, index) => lock(`heir ${index}`)));
    const won = attempts.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []));
    const lost = attempts.flatMap(one => (one.status === 'rejected' ? [one.reason.code] : []));
    expect([won.length, lost]).toEqual([1, Array(7).fill('GPU_BUSY')]);
    await won[0]?.[Symbol.asyncDispose]();
    await nobodyHolds();
  }
});

test('giving it back removes no lock but its own', async () => {
  const lost = await lock('lost');
  await engine.docker.getContainer(gpuLockName).remove(); // as somebody might with `docker rm`
  await using _ = await lock('next');
  await lost[Symbol.asyncDispose]();
  expect(await holder()).toBe('next');
});

test("a container of that name which is not cutover's is left alone, and said to be in the way", async () => {
  const foreign = await engine.docker.createContainer({name: gpuLockName, Image: image, Cmd: ['x']});
  await expect(lock('mine')).rejects.toMatchObject({
    code: 'GPU_BUSY',
    message: expect.stringContaining("not cutover's"),
  });
  expect((await foreign.inspect()).Name).toBe(`/${gpuLockName}`);
  await foreign.remove();
});
