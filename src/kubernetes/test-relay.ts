import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';

/** A way to a server that can be cut: to whoever goes through it, the server is away. */
export class Relay implements AsyncDisposable {
  readonly #target: {readonly host: string; readonly port: number};
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  port = 0;

  constructor(host: string, port: number) {
    this.#target = {host, port};
  }

  /** Anew on the same port. */
  async open(): Promise<void> {
    this.#server = createServer(inner => {
      const outer = connect(this.#target);
      for (const [one, other] of [
        [inner, outer],
        [outer, inner],
      ] as const) {
        this.#sockets.add(one);
        one.pipe(other);
        one.on('error', () => other.destroy()).on('close', () => this.#sockets.delete(one));
      }
    }).listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
  }

  /** Resets what goes through it, and refuses what comes. */
  cut(): void {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose]() {
    this.cut();
  }
}
