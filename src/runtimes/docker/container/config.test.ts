import {describe, expect, test} from 'vitest';
import {engines} from '../../../engines/index.ts';
import {stackServer} from '../../../schema/stack.ts';
import {type ContainerPlan, commandOf, containerConfig, withoutUsualUlimits} from './config.ts';

const {launch} = engines.vllm;
if (launch === null) throw new Error('vLLM can be started');

const plan = (changes: Partial<ContainerPlan> = {}): ContainerPlan => ({
  name: 'cutover-run-chat',
  launch,
  server: stackServer.parse({
    role: 'chat',
    model: 'some/model',
    port: 8000,
    arguments: {},
    environment: {A: 'server', B: 'server'},
  }),
  settings: {environment: {B: 'settings'}},
  image: 'vllm/vllm-openai:v1',
  imageEntrypoint: ['vllm', 'serve'],
  gpu: {DeviceRequests: [{Driver: 'nvidia', Count: -1, Capabilities: [['gpu']]}]},
  mounts: [],
  passed: {HF_TOKEN: 'hf_secret', A: 'passed'},
  network: 'cutover-run',
  alias: null,
  hostPort: null,
  labels: {'cutover.run': 'run'},
  ...changes,
});

describe('the container of a server', () => {
  test('takes arguments alone where the image has the command, and listens on all of its addresses', () => {
    const config = containerConfig(plan());
    expect(config).not.toHaveProperty('Entrypoint');
    expect(config.Cmd?.slice(0, 6)).toEqual(['--model', 'some/model', '--host', '0.0.0.0', '--port', '8000']);
    expect(commandOf(plan()).slice(0, 3)).toEqual(['vllm', 'serve', '--model']);
  });

  test.each([
    {
      what: 'in the settings replaces the entry point of the image',
      command: ['python3', '-m', 'engine'],
      entrypoint: ['python3'],
      first: ['-m', 'engine'],
    },
    {
      what: 'without words leaves the entry point of the image',
      command: [],
      entrypoint: undefined,
      first: ['--model', 'some/model'],
    },
  ])('a command $what', ({command, entrypoint, first}) => {
    const config = containerConfig(plan({settings: {command}}));
    expect(config.Entrypoint).toEqual(entrypoint);
    expect(config.Cmd?.slice(0, 2)).toEqual(first);
  });

  test("the engine's own command is used where its image has none", () => {
    const other = plan({
      launch: {...launch, container: {...launch.container, command: ['sglang', 'serve']}},
      imageEntrypoint: [],
    });
    expect(containerConfig(other)).toMatchObject({Entrypoint: ['sglang'], Cmd: expect.arrayContaining(['serve'])});
    expect(commandOf(other).slice(0, 2)).toEqual(['sglang', 'serve']);
  });

  test('later variables win: passed on, engine, server, settings', () => {
    const {Env} = containerConfig(plan());
    expect(Env).toEqual(
      expect.arrayContaining(['HF_TOKEN=hf_secret', 'A=server', 'B=settings', 'VLLM_SERVER_DEV_MODE=1']),
    );
  });

  test('is published on loopback, at a free port unless one is stated', () => {
    const bindings = (settings: ContainerPlan['settings']) =>
      containerConfig(plan({settings})).HostConfig?.PortBindings;
    expect(bindings({})).toEqual({'8000/tcp': [{HostIp: '127.0.0.1', HostPort: ''}]});
    expect(bindings({publish: '10.0.0.7', hostPort: 9000})).toEqual({
      '8000/tcp': [{HostIp: '10.0.0.7', HostPort: '9000'}],
    });
  });

  test('has limits, no way to more rights, no restart, and a log that cannot fill the disk', () => {
    expect(
      containerConfig(plan({settings: {memoryGiB: 2, pidsLimit: 500, ulimits: {nofile: 1024}}})).HostConfig,
    ).toMatchObject({
      Memory: 2 ** 31,
      MemorySwap: 2 ** 31, // equal: no swap
      PidsLimit: 500,
      SecurityOpt: ['no-new-privileges'],
      RestartPolicy: {Name: 'no'},
      LogConfig: {Type: 'json-file', Config: {'max-size': '200m', 'max-file': '2'}},
      Ulimits: [
        {Name: 'memlock', Soft: -1, Hard: -1},
        {Name: 'stack', Soft: 67_108_864, Hard: 67_108_864},
        {Name: 'nofile', Soft: 1024, Hard: 1024},
      ],
    });
    expect(containerConfig(plan()).HostConfig).not.toHaveProperty('Memory');
  });

  test("has shared memory of its own, or the host's", () => {
    expect(containerConfig(plan()).HostConfig).toMatchObject({IpcMode: 'private', ShmSize: 32 * 2 ** 30});
    expect(containerConfig(plan({settings: {shmSizeGiB: 0.5}})).HostConfig?.ShmSize).toBe(2 ** 29);
    expect(containerConfig(plan({settings: {ipc: 'host'}})).HostConfig).not.toHaveProperty('ShmSize');
  });

  test('has the folders of the settings as mounts, after those of its caches', () => {
    const mounts = [{Type: 'volume' as const, Source: 'compiled', Target: '/root/.cache'}];
    const settings = {binds: ['/usr:/usr:ro', '/eng:/eng', '/a:/b:rw']};
    expect(containerConfig(plan({mounts, settings})).HostConfig).toMatchObject({
      Mounts: [
        ...mounts,
        {Type: 'bind', Source: '/usr', Target: '/usr', ReadOnly: true},
        {Type: 'bind', Source: '/eng', Target: '/eng', ReadOnly: false},
        {Type: 'bind', Source: '/a', Target: '/b', ReadOnly: false},
      ],
    });
  });

  test('can do without the usual limits, and not without those that were asked for', () => {
    const config = containerConfig(plan());
    expect(withoutUsualUlimits(config, {})?.HostConfig).toMatchObject({Ulimits: [], PidsLimit: 32_768});
    expect(withoutUsualUlimits(config, {ulimits: {memlock: -1}})).toBeNull();
  });
});
