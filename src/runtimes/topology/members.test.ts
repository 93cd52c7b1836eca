import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {engines} from '../../engines/index.ts';
import {CutoverError} from '../../errors.ts';
import {projectRoot} from '../../root.ts';
import {type StackPlan, stackPlan} from '../../schema/stack.ts';
import {readStackFile} from '../stack-file.ts';
import {assertEnoughGpus, gpuNeed} from './gpu-need.ts';
import {lanesOf, type Member, membersOf} from './members.ts';
import {programOf} from './program.ts';
import {gpuEnvironment, gpusNamedIn, onMachine, visibleGpus} from './visible-gpus.ts';

const stacks = join(projectRoot, 'docker/stacks');
const shown = ({name, cards, wave, server: {port, bootstrapPort}}: Member) =>
  `${wave} ${name} :${port}${bootstrapPort === undefined ? '' : `/${bootstrapPort}`} ${cards?.join('+') ?? 'any'}`;
const expanded = async (name: string) => membersOf(await readStackFile(name, stacks), ['chat']);

const plan = (servers: readonly object[], more: object = {}): StackPlan =>
  stackPlan.parse({
    ...{name: 'mine', engine: 'sglang', description: 'mine', ...more},
    servers: servers.map((server, index) => ({
      role: 'chat',
      model: 'm',
      port: 1000 * (index + 1),
      arguments: {},
      ...server,
    })),
  });
const router = {part: 'router', program: 'sglang-router'};

describe('the plans that are shipped', () => {
  test('1:2 is one prefill and two decode servers, each with a port and a GPU of its own, and then the router', async () => {
    expect((await expanded('sglang-pd-1-2')).map(shown)).toEqual([
      '0 prefill-1 :30000/8998 0',
      '0 decode-1 :30100 1',
      '0 decode-2 :30101 2',
      '1 router :8000 ',
    ]);
  });

  test.each([
    ['1-1', 2],
    ['1-2', 3],
    ['2-1', 3],
    ['2-3', 5],
    ['2-4', 6],
    ['4-8', 12],
  ])('prefill and decode %s need %i GPUs', async (ratio, gpus) => {
    const members = await expanded(`sglang-pd-${ratio}`);
    const [prefill = '', decode = ''] = ratio.split('-');
    expect(members.filter(({server}) => server.part === 'prefill')).toHaveLength(Number(prefill));
    expect(members.filter(({server}) => server.part === 'decode')).toHaveLength(Number(decode));
    expect(gpuNeed(members)).toEqual({
      gpus,
      arithmetic: `${prefill} prefill x 1 + ${decode} decode x 1 = ${gpus} GPUs`,
    });
    expect(members.at(-1)?.name).toBe('router');
  });

  test('all fit together, and those of plain servers are what they were: one after another, on whatever GPU there is', async () => {
    for (const file of await readdir(stacks)) {
      const read = await readStackFile(join(stacks, file), stacks);
      const members = membersOf(read, ['chat', 'embed', 'rerank']);
      if (read.servers.some(({part}) => part !== 'whole')) expect(members.at(-1)?.server.part).toBe('router');
      else {
        expect(members.map(({name}) => name)).toEqual(read.servers.map(({role}) => role));
        expect(members.map(({wave}) => wave)).toEqual(read.servers.map((_, index) => index));
        expect(members.map(({cards}) => cards)).toEqual(read.servers.map(() => null));
      }
    }
    expect((await expanded('sglang-router-random-3')).map(({name}) => name)).toEqual([
      'replica-1',
      'replica-2',
      'replica-3',
      'router',
    ]);
  });

  test('a router is told its workers as it reaches them, an engine what its part is', async () => {
    const members = await expanded('sglang-pd-1-1');
    const {launch} = engines.sglang;
    const [prefill, , last] = members;
    if (launch === null || prefill === undefined || last === undefined) throw new Error('they are there');
    const workers = [
      {name: 'prefill-1', part: 'prefill', url: 'http://prefill-1:30000', bootstrapPort: 8998},
      {name: 'decode-1', part: 'decode', url: 'http://decode-1:30100', bootstrapPort: null},
    ] as const;
    const routing = programOf(engines.sglang, launch, last, workers);
    expect(routing.launch.launcher('py')).toEqual(['py', '-m', 'sglang_router.launch_router']);
    const words = routing.launch.arguments(last.server, '127.0.0.1').join(' ');
    expect(words).toContain('--prefill http://prefill-1:30000 8998 --decode http://decode-1:30100');
    expect(routing.title).toBe('The router (sglang_router, 2 servers behind it)');
    const {title} = programOf(engines.sglang, launch, prefill, []);
    expect(title).toBe('The prefill-1 server (SGLang, Qwen/Qwen2.5-Coder-1.5B-Instruct)');
  });
});

describe('GPUs', () => {
  test('of its own are the lowest that nobody shares, several where it asks for them, none where it says 0', () => {
    const members = membersOf(
      plan([
        {part: 'replica', count: 2, cards: 2},
        {part: 'replica', onCards: [1], docker: {hostPort: 40}, count: 2},
        {part: 'replica', cards: 0},
        router,
      ]),
      ['chat'],
    );
    expect(members.map(shown)).toEqual([
      '0 replica-1 :1000 0+2',
      '0 replica-2 :1001 3+4',
      '1 replica-3 :2000 1',
      '1 replica-4 :2001 1',
      '2 replica-5 :3000 ',
      '3 router :4000 ',
    ]);
    expect(members.map(({server}) => server.docker.hostPort)).toEqual([
      undefined,
      undefined,
      40,
      41,
      undefined,
      undefined,
    ]);
    expect(gpuNeed(members)).toEqual({gpus: 5, arithmetic: '2 replica x 2 + 2 replica on GPU 1 = 5 GPUs'});
    // Side by side where each has its own, one after another where they meet; what has none waits for nobody.
    const wave = members.map(member => ({...member, wave: 0}));
    expect(lanesOf(wave).map(lane => lane.map(({name}) => name))).toEqual([
      ['replica-1'],
      ['replica-2'],
      ['replica-3', 'replica-4'],
      ['replica-5'],
      ['router'],
    ]);
    expect(lanesOf(wave.map(member => ({...member, cards: null})))).toHaveLength(1);
  });

  test('that are not there are refused with the arithmetic, also those that are named by index', async () => {
    const members = await expanded('sglang-pd-2-4');
    const lines: string[] = [];
    const refused = (there: number | null, of: readonly Member[] = members) => {
      try {
        assertEnoughGpus('sglang-pd-2-4', of, there, line => lines.push(line));
        return null;
      } catch (thrown) {
        return thrown;
      }
    };
    expect(refused(2)).toBeInstanceOf(CutoverError);
    expect(refused(2)).toMatchObject({
      code: 'PLAN_DOES_NOT_FIT',
      message:
        'The plan sglang-pd-2-4 needs more GPUs than there are: 2 prefill x 1 + 4 decode x 1 = 6 GPUs; this machine has 2',
    });
    expect([refused(6), refused(null)]).toEqual([null, null]);
    expect(lines.at(-1)).toBe('2 prefill x 1 + 4 decode x 1 = 6 GPUs; how many are here cannot be asked');
    const one = membersOf(plan([{onCards: [3]}]), ['chat']);
    expect(refused(1, one)).toMatchObject({
      message: expect.stringContaining('1 chat on GPU 3 = 1 GPU, up to GPU 3; this machine has 1'),
    });
  });

  test('are those that CUDA_VISIBLE_DEVICES names, where it does, and a process sees its own alone', async () => {
    const [, second] = await expanded('sglang-router-random');
    if (second === undefined) throw new Error('there are two');
    const smi = {
      read: async () => 'NVIDIA H200, GPU-a, 143771, 580\n',
      follow: async () => ({[Symbol.asyncDispose]: async () => {}}),
    };
    const named = await visibleGpus(gpusNamedIn({CUDA_VISIBLE_DEVICES: '6, 7'}), smi);
    expect(named.count).toBe(2);
    expect(gpuEnvironment(second, named)).toEqual({CUDA_VISIBLE_DEVICES: '7', CUDA_DEVICE_ORDER: 'PCI_BUS_ID'});
    expect(onMachine([second], named)[0]?.cards).toEqual([7]);
    const all = await visibleGpus(gpusNamedIn({}), smi);
    expect(all.count).toBe(1);
    expect(gpuEnvironment({...second, cards: []}, all)).toMatchObject({CUDA_VISIBLE_DEVICES: ''});
    expect(gpuEnvironment({...second, cards: null}, all)).toEqual({});
    const byUuid = await visibleGpus(['GPU-x', 'GPU-y'], null);
    expect([byUuid.count, byUuid.idOf(1), onMachine([second], byUuid)[0]?.cards]).toEqual([null, 'GPU-y', [1]]);
  });
});

test('whatever is counted, no two members have a port or a GPU of their own in common, and none starts before whom it waits for', () => {
  const count = fc.integer({min: 1, max: 6});
  const cards = fc.option(fc.integer({min: 1, max: 3}), {nil: undefined});
  fc.assert(
    fc.property(count, count, cards, cards, fc.boolean(), (prefill, decode, ofPrefill, ofDecode, together) => {
      const members = membersOf(
        plan(
          [
            {part: 'prefill', bootstrapPort: 8998, ...(ofPrefill && {cards: ofPrefill})},
            {part: 'decode', ...(ofDecode && {cards: ofDecode}), ...(together && {after: []})},
            router,
          ],
          {ratio: `${prefill}:${decode}`},
        ),
        ['chat'],
      );
      const ports = members.flatMap(({server}) => [server.port, server.bootstrapPort ?? []].flat());
      const own = members.flatMap(member => member.cards ?? []);
      expect(new Set(ports).size).toBe(2 * prefill + decode + 1);
      expect(own.toSorted((a, b) => a - b)).toEqual(Array.from({length: gpuNeed(members).gpus}, (_, index) => index));
      expect(gpuNeed(members).gpus).toBe(prefill * (ofPrefill ?? 1) + decode * (ofDecode ?? 1));
      expect(new Set(members.map(({name}) => name)).size).toBe(members.length);
      const waves = members.map(({wave}) => wave);
      expect(waves).toEqual(waves.toSorted((a, b) => a - b));
      expect(Math.max(...waves)).toBe(together ? 1 : 2);
    }),
    {numRuns: 100},
  );
});
