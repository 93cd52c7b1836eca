import {CutoverError} from '../errors.ts';
import {changesOf, type PodIdentity} from '../runtimes/kubernetes/pod-identity.ts';
import {serviceAddressText} from '../runtimes/kubernetes/service-address.ts';
import type {RunRecord} from '../schema/record.ts';

type Servers = RunRecord['engine']['servers'];

const identityOf = ({container, command, kubernetes}: Servers[number]): PodIdentity => ({
  ...{container, command, pod: kubernetes?.pods[0] ?? null},
});

/**
 * A side of a decision is attached to again for its next block, or when the decision goes on. Throws ENGINE_DIED where a
 * service of a cluster, of which the record has trials, leads to another server by then.
 */
export const refuseAnotherServer = ({engine, trials}: Pick<RunRecord, 'engine' | 'trials'>, servers: Servers): void => {
  if (trials.length === 0) return;
  for (const server of servers) {
    const before = engine.servers.find(({role}) => role === server.role);
    if (before?.kubernetes === undefined || server.kubernetes === undefined) continue;
    const changes = changesOf(identityOf(before), identityOf(server));
    if (changes.length === 0) continue;
    const {namespace, service, port} = server.kubernetes;
    const named = serviceAddressText({namespace, service, port: String(port)});
    throw new CutoverError(
      'ENGINE_DIED',
      `${named} is not the server that was measured before: ${changes.join('; ')}`,
      {
        hint: 'A record is of one server: give it back what it had, or begin another run.',
      },
    );
  }
};
