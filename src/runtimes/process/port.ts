import {once} from 'node:events';
import {createServer} from 'node:net';
import {CutoverError, reasonOf} from '../../errors.ts';

/** Throws ENGINE_DID_NOT_START when nobody could listen there now; an engine would tell only after minutes of loading. */
export const assertPortFree = async (role: string, host: string, port: number): Promise<void> => {
  const listener = createServer();
  try {
    listener.listen({port, host});
    await once(listener, 'listening');
  } catch (thrown) {
    throw new CutoverError(
      'ENGINE_DID_NOT_START',
      `The ${role} server cannot have port ${port} of ${host}: ${reasonOf(thrown)}`,
      {
        hint: `Stop what listens there (ss -ltnp 'sport = :${port}' shows it), change the port in the stack file, or measure what runs there with --attach http://${host}:${port}.`,
        cause: thrown,
      },
    );
  } finally {
    listener.close();
  }
};
