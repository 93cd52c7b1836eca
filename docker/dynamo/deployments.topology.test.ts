import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {execa} from 'execa';
import {beforeAll, describe, expect, test} from 'vitest';
import {parse, parseAllDocuments} from 'yaml';
import {projectRoot} from '../../src/root.ts';

interface Container {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly {readonly name: string; readonly value: string}[];
}

interface Component {
  readonly name: string;
  readonly type: string;
  readonly podTemplate: {readonly spec: {readonly containers: readonly Container[]}};
}

const textOf = (name: string) => readFileSync(join(projectRoot, 'docker/dynamo', name), 'utf8');
const flagsIn = (words: readonly string[]) => words.filter(word => word.startsWith('--'));

/** Read in srt/server_args.py of SGLang 0.5.16, whose flags a worker passes on; SGLang itself is not installed where this runs. */
const ofSglang = [
  ...['model-path', 'served-model-name', 'page-size', 'enable-metrics', 'kv-events-config', 'host'],
  ...['disaggregation-mode', 'disaggregation-transfer-backend', 'disaggregation-bootstrap-port'],
].map(name => `--${name}`);

const compose = parse(textOf('compose.yaml'), {merge: true});
const graphs: {apiVersion: string; kind: string; spec: {components: Component[]}}[] = parseAllDocuments(
  textOf('kubernetes.yaml'),
).map(document => document.toJS());
const components = graphs.flatMap(({spec}) => spec.components);

describe('what deploys Dynamo', () => {
  let help = '';
  beforeAll(async () => {
    const {stdout: python} = await execa(join(projectRoot, '.ci/topology-environment'));
    help = (await execa(python, ['-m', 'dynamo.frontend', '--help'])).stdout.replaceAll(/\s+/g, ' ');
  }, 180_000);

  test('starts the frontend with flags, variables and router modes that it knows', () => {
    const {command, environment} = compose.services.frontend;
    for (const flag of flagsIn(command)) expect(help).toContain(`${flag} `);
    for (const name of Object.keys(environment).filter(one => one.startsWith('DYN_'))) expect(help).toContain(name);
    const modes = /--router-mode \{([^}]*)\}/.exec(help)?.[1]?.split(',') ?? [];
    expect(modes).toEqual(expect.arrayContaining(['kv', 'round-robin', 'random', 'power-of-two', 'least-loaded']));
    for (const {type, podTemplate} of components)
      for (const {name, value} of podTemplate.spec.containers.flatMap(({env}) => env ?? [])) {
        expect([type, help.includes(name), modes.includes(value)]).toEqual(['frontend', true, true]);
      }
  });

  test('starts workers with flags of SGLang, each on a GPU of its own', () => {
    const {frontend: _, ...workers} = compose.services;
    const commands: string[][] = Object.values<{command: string[]}>(workers).map(({command}) => command);
    const args = components.flatMap(({podTemplate}) => podTemplate.spec.containers).filter(one => one.command);
    for (const words of [...commands, ...args.map(one => [...(one.command ?? []), ...(one.args ?? [])])]) {
      expect(words.slice(0, 3)).toEqual(['python3', '-m', 'dynamo.sglang']);
      for (const flag of flagsIn(words)) expect(ofSglang).toContain(flag);
    }
    const devicesOf = (profile: string) =>
      Object.values<{profiles: string[]; deploy: {resources: {reservations: {devices: {device_ids: string[]}[]}}}}>(
        workers,
      )
        .filter(({profiles}) => profiles.includes(profile))
        .flatMap(({deploy}) => deploy.resources.reservations.devices.flatMap(({device_ids}) => device_ids));
    expect([devicesOf('aggregated'), devicesOf('disaggregated')]).toEqual([
      ['0', '1'],
      ['0', '1'],
    ]);
  });

  test('is a graph of the operator with a frontend and workers', () => {
    expect(graphs.map(({apiVersion, kind}) => `${apiVersion} ${kind}`)).toEqual(
      Array.from({length: 2}, () => 'nvidia.com/v1beta1 DynamoGraphDeployment'),
    );
    const types = graphs.map(({spec}) => spec.components.map(({type}) => type));
    expect(types).toEqual([
      ['frontend', 'worker'],
      ['frontend', 'prefill', 'decode'],
    ]);
  });
});
