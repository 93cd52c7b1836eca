import type {V1EndpointSlice, V1Service} from '@kubernetes/client-node';
import {CutoverError} from '../../errors.ts';
import {type ServiceAddress, serviceAddressText} from './service-address.ts';

/** A pod that is ready behind a service, and the port of it that the service leads to. */
export interface ServicePod {
  readonly name: string;
  readonly uid: string;
  readonly ip: string;
  readonly port: number;
}

type Port = NonNullable<NonNullable<V1Service['spec']>['ports']>[number];

/** By its number or its name. Throws ENGINE_UNREACHABLE where the service has no such port. */
export const portOf = ({spec}: V1Service, address: ServiceAddress): Port => {
  const ports = spec?.ports ?? [];
  const found = ports.find(({port, name}) => String(port) === address.port || name === address.port);
  if (found !== undefined) return found;
  const offered = ports.map(({port, name}) => (name === undefined ? `${port}` : `${port} (${name})`)).join(', ');
  const [first] = ports;
  throw new CutoverError(
    'ENGINE_UNREACHABLE',
    `${serviceAddressText(address)}: the service has no port ${address.port}, only ${offered || 'none'}`,
    {
      hint:
        first === undefined
          ? 'Name a service that leads to pods.'
          : `Write ${serviceAddressText({...address, port: String(first.port)})}.`,
    },
  );
};

/** What a service leads to, by its EndpointSlices: the pods that are ready, in the order of their names, and how many may become it. */
export const podsOf = (
  slices: readonly V1EndpointSlice[],
  {name = ''}: Pick<Port, 'name'>,
): {readonly ready: readonly ServicePod[]; readonly unready: number; readonly outside: readonly string[]} => {
  const all = slices.flatMap(({endpoints, ports}) => {
    // A slice's ports have the service's names, and the numbers that the pods listen on.
    const port = ports?.find(one => (one.name ?? '') === name)?.port;
    return port === undefined ? [] : (endpoints ?? []).map(endpoint => ({...endpoint, port}));
  });
  const ready = all.filter(({conditions}) => conditions?.ready !== false); // absent means ready
  const pods = ready.flatMap(({targetRef, addresses: [ip = ''], port}) =>
    targetRef?.kind === 'Pod' && targetRef.name !== undefined
      ? [{name: targetRef.name, uid: targetRef.uid ?? '', ip, port}]
      : [],
  );
  return {
    ready: [...new Map(pods.map(pod => [pod.uid, pod])).values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    unready: all.filter(({conditions}) => conditions?.ready === false && conditions.terminating !== true).length,
    outside: ready.flatMap(({targetRef, addresses, port}) =>
      targetRef?.kind === 'Pod' ? [] : addresses.map(ip => `http://${ip}:${port}`),
    ),
  };
};

/** Throws ENGINE_UNREACHABLE where the service leads to no pod that is ready. */
export const readyPodsOf = (
  {ready, unready, outside}: ReturnType<typeof podsOf>,
  address: ServiceAddress,
): readonly [ServicePod, ...ServicePod[]] => {
  const [first, ...others] = ready;
  if (first !== undefined) return [first, ...others];
  const named = serviceAddressText(address);
  const [elsewhere] = outside;
  if (elsewhere !== undefined)
    throw new CutoverError('ENGINE_UNREACHABLE', `${named} leads to ${outside.join(', ')}, which is no pod`, {
      hint: `Attach to it directly: --attach ${elsewhere}.`,
    });
  const {namespace, service} = address;
  throw new CutoverError(
    'ENGINE_UNREACHABLE',
    `${named} has no pod that is ready${unready === 0 ? ', nor one that is not' : `; ${unready} are not`}`,
    {
      hint:
        unready === 0
          ? `Check the service's selector and the pods' labels: kubectl -n ${namespace} describe service ${service}`
          : `Wait until they are, or see why not: kubectl -n ${namespace} get pods`,
    },
  );
};

/**
 * Where load inside the cluster finds the pod that the forward leads to. Never by the service: one that scales out would
 * divide the load among servers of which one is watched.
 */
export const insideUrlOf = ({ip, port}: Pick<ServicePod, 'ip' | 'port'>): string =>
  `http://${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
