import {type SimulatorConfig, simulatorConfig} from '../config.ts';
import {type RunningSimulator, startSimulator} from '../server.ts';
import {post} from '../test-client.ts';

type Options = Partial<SimulatorConfig>;

/** A prefill and a decode server, and a router that does what the real one does: the same request to both, with one room. */
export const startPair = async (options: Options = {}, decodeOptions: Options = {}) => {
  await using starting = new AsyncDisposableStack();
  const start = async (more: Options): Promise<RunningSimulator> =>
    starting.use(await startSimulator(simulatorConfig.parse({dialect: 'sglang', speed: 20, ...options, ...more})));
  const prefill = await start({part: 'prefill', bootstrapPort: 0});
  const decode = await start({part: 'decode', ...decodeOptions});
  const started = starting.move();
  let room = 0;
  const roomOf = () => ({
    bootstrap_host: '127.0.0.1',
    bootstrap_port: prefill.bootstrapPort,
    bootstrap_room: ++room,
  });
  const path = '/v1/chat/completions';
  return {
    prefill,
    decode,
    roomOf,
    /** Both servers' replies; the decode server's is what a client would get. */
    async ask(body: object, fields: object = roomOf()) {
      const sent = {...body, ...fields};
      const replies = await Promise.all([post(`${prefill.url}${path}`, sent), post(`${decode.url}${path}`, sent)]);
      return {prefilled: replies[0], decoded: replies[1]};
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
};
