import {describe, expect, test} from 'vitest';
import {roles} from '../schema/request.ts';
import {type StackServer, stackServer} from '../schema/stack.ts';
import {engines} from './index.ts';

const launchers = Object.values(engines).flatMap(engine =>
  engine.launch === null ? [] : [{...engine, ...engine.launch}],
);

const serverOf = (role: StackServer['role']) =>
  stackServer.parse({role, model: 'some/model', port: 8000, arguments: {}});
const card = {totalGiB: 80, freeGiB: 79};

describe.each(launchers)('what cutover needs of $name to start it', engine => {
  test('its caches in a container are all below the one folder, but for a base that appends .cache itself', () => {
    const {cacheFolder, environment} = engine.container;
    const elsewhere = Object.entries(environment).filter(([, path]) => !`${path}/`.startsWith(`${cacheFolder}/`));
    expect(elsewhere).toEqual([['FLASHINFER_WORKSPACE_BASE', cacheFolder.replace(/\/\.cache$/, '')]]);
    expect(environment.HF_HOME).toBe(`${cacheFolder}/huggingface`);
  });

  test.each(roles)('a %s server of an unknown model is planned by its flags alone, and nothing refuses it', role => {
    const plan = engine.planMemory(serverOf(role), card);
    expect(plan).toMatchObject({kvPoolGiB: null, kvTokens: null, problem: null});
    expect(plan.takesGiB).toBeGreaterThan(0);
    expect(plan.takesGiB).toBeLessThan(card.freeGiB);
  });

  test('its KV flags give a pool of that many tokens, to a block, whatever else the plan says', () => {
    const server = {...serverOf('chat'), memory: {weightsGiB: 3, kvBytesPerToken: 28_672}};
    const sized = {...server, arguments: {...server.arguments, ...engine.kvTokensFlags(100_001, server)}};
    const {kvTokens, takesGiB} = engine.planMemory(sized, card);
    expect(kvTokens).toBeGreaterThanOrEqual(100_001);
    expect(kvTokens).toBeLessThan(100_001 + 16);
    expect(takesGiB).toBeLessThan(7); // 3 of weights, 2.67 of KV, less than 1 of context
  });
});
