import {Duplex, PassThrough, Writable} from 'node:stream';
import type {KubeConfig} from '@kubernetes/client-node';
import {apiReason} from '../../kubernetes/api-error.ts';
import {socketRefusal} from '../../kubernetes/pod/socket-refusal.ts';

/** Of the `ws` package, which brings no types. */
interface ChannelSocket {
  send(data: Uint8Array, sent: (problem?: Error) => void): void;
  pause(): void;
  resume(): void;
  close(): void;
  terminate(): void;
  readonly readyState: number;
  onclose: ((event: {readonly code: number}) => void) | null;
}

export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

const dataChannel = Buffer.of(0);
/** The WebSocket's own code for an end that was meant. */
const normalClosure = 1000;
const openState = 1;

const receiver = (receive: (message: Buffer) => void) =>
  new Writable({
    write(message: Buffer, _encoding, taken) {
      receive(message);
      taken();
    },
  });

/**
 * One TCP connection to a pod's port, through the API server and the node's kubelet: a WebSocket of its own, for the
 * protocol carries one connection. Rejects when the API server, or the kubelet behind it, does not let it through, with the HTTP status as the error's `code`. That
 * nothing listens on the port is known only afterwards: the stream then breaks.
 */
export const openPortStream = async (config: KubeConfig, {namespace, pod, port}: PodPort): Promise<Duplex> => {
  const {PortForward} = await import('@kubernetes/client-node');
  let socket: ChannelSocket | null = null;
  const stream = new Duplex({
    allowHalfOpen: false, // the protocol has no half-closed connections
    read: () => socket?.resume(),
    write: (chunk: Buffer, _encoding, written) =>
      socket?.send(Buffer.concat([dataChannel, chunk]), problem => written(problem)),
    final(ended) {
      socket?.close();
      ended();
    },
    destroy(problem, destroyed) {
      socket?.terminate();
      destroyed(problem);
    },
  });
  stream.on('error', () => {}); // it may break before anybody listens, who then finds it destroyed
  const take = (message: Buffer): void => {
    if (!stream.destroyed && !stream.push(message)) socket?.pause();
  };
  const refuse = (message: Buffer): void => {
    if (message.length > 0) stream.destroy(new Error(message.toString().trim()));
  };
  try {
    // What is sent goes to the socket directly: the client's own way knows no back-pressure.
    socket = (await new PortForward(config).portForward(
      namespace,
      pod,
      [port],
      receiver(take),
      receiver(refuse),
      new PassThrough(),
    )) as ChannelSocket;
  } catch (thrown) {
    const refused = socketRefusal(thrown, 'pods/portforward');
    throw refused instanceof Error ? refused : new Error(apiReason(refused), {cause: refused});
  }
  const end = ({code}: {readonly code: number}): void => {
    if (code === normalClosure) stream.push(null);
    else stream.destroy(new Error(`the way to pod ${pod} broke (WebSocket code ${code})`));
  };
  socket.onclose = end;
  if (socket.readyState !== openState) end({code: 0});
  return stream;
};
