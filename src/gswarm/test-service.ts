import {once} from 'node:events';
import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import {z} from 'zod';

const writeBody = z.object({key: z.string(), value: z.string(), location: z.string()});
const moveBody = z.object({key: z.string(), destination: z.string()});

const jsonOf = async (request: IncomingMessage): Promise<unknown> =>
  JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString());

/**
 * Plays gswarm's data service by what the probe saw of the real one on 2026-11-22 (docs/probe.md), its lost values too. The real one
 * is in no package, and its source comes with no licence file that would let it lie here.
 */
export const startTestService = async (
  maxDramBytes: number,
): Promise<AsyncDisposable & {readonly url: string; held(): {dram: number; disk: number}}> => {
  const stored = new Map<string, {value: string; at: string}>();
  const held = (place: string) => [...stored.values()].filter(({at}) => at === place);
  const dramBytes = () => held('dram').reduce((sum, {value}) => sum + value.length, 0);
  const fits = (value: string, at: string) =>
    at === 'disk' || (at === 'dram' && dramBytes() + value.length <= maxDramBytes);

  const answer = async (request: IncomingMessage): Promise<{status: number; body: object}> => {
    const [, route = '', name = ''] = (request.url ?? '').split('/').map(decodeURIComponent);
    const missing = {status: 404, body: {detail: `Key '${name}' not found`}};
    const one = stored.get(name);
    switch (`${request.method} ${route}`) {
      case 'GET stats':
        return {status: 200, body: {stats: {max_dram_size: maxDramBytes, total_keys: stored.size}}};
      case 'POST write': {
        const {key, value, location} = writeBody.parse(await jsonOf(request));
        if (!fits(value, location)) return {status: 507, body: {detail: 'Insufficient storage space'}};
        stored.set(key, {value, at: location});
        return {status: 200, body: {status: 'success', key, location}};
      }
      case 'GET read': // what is on disk is not found either
        return {
          status: 200,
          body: {key: name, value: one?.at === 'dram' ? one.value : null, found: one?.at === 'dram'},
        };
      case 'GET location':
        return one === undefined ? missing : {status: 200, body: {key: name, location: one.at, locations: [one.at]}};
      case 'DELETE release':
        return stored.delete(name) ? {status: 200, body: {status: 'success', key: name}} : missing;
      case 'POST move': {
        const {key, destination} = moveBody.parse(await jsonOf(request));
        const moved = stored.get(key);
        if (moved === undefined) return {status: 404, body: {detail: `Key '${key}' not found`}};
        stored.delete(key);
        if (fits(moved.value, destination)) stored.set(key, {value: moved.value, at: destination});
        return {status: 200, body: {status: 'success', key, destination}};
      }
      default:
        return {status: 404, body: {detail: 'Not Found'}};
    }
  };
  const server = createServer(async (request, response) => {
    const {status, body} = await answer(request);
    response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held: () => ({dram: held('dram').length, disk: held('disk').length}),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
};
