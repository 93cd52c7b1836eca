import {join} from 'node:path';
import type {ClusterChoice} from '../../kubernetes/connect/choose-config.ts';
import {connectKubernetes} from '../../kubernetes/connect.ts';
import {Patience} from '../../kubernetes/patience.ts';
import type {KubernetesServer} from '../../schema/kubernetes.ts';
import {type AttachOptions, attachTo} from '../attach.ts';
import {endpointOf} from '../endpoint.ts';
import {setLogAside} from '../set-log-aside.ts';
import type {Stack} from '../stack.ts';
import {AttachedService} from './attached-service.ts';
import {followPodLog} from './pod-log.ts';
import {podNvidiaSmi} from './pod-nvidia-smi.ts';
import {watchPods} from './pod-watch.ts';
import {parseServiceAddress, serviceAddressText} from './service-address.ts';

export interface AttachServicesOptions extends AttachOptions {
  /** Its namespace is that of services that are named without one. */
  readonly choice: ClusterChoice;
  /** The run's: gets one `<role>.log` for each service, or `<service>.log` of one that is for all roles. Null: no log is kept. */
  readonly folder: string | null;
}

const ms = (value: number) => `${value.toPrecision(2)} ms`;

const forwardText = ({pods: [pod, ...others], forward: {kept, anew, inside}}: KubernetesServer): string =>
  [
    `pod ${pod?.name}${others.length === 0 ? '' : ` (the first of ${others.length + 1} that are ready)`} on node ${pod?.node?.name ?? '?'}; through the port-forward a small request takes ${ms(kept.p50Ms)} (p50, n ${kept.n})`,
    ...(inside === null ? [] : [`in the pod ${ms(inside.p50Ms)}`]),
    `on a new connection ${ms(anew.p50Ms)}`,
  ].join(', ');

/**
 * As `attachTo`, where some targets are `k8s://namespace/service:port`: each is reached through a port of this machine.
 * Throws also KUBERNETES_UNREACHABLE and KUBERNETES_REFUSED. Disposing of the stack closes the ports and stops nothing.
 */
export const attachToServices = async ({choice, folder, ...options}: AttachServicesOptions): Promise<Stack> => {
  const {signal, onLine} = options;
  await using opened = new AsyncDisposableStack();
  const cluster = await connectKubernetes({...choice, signal});
  const fromIso = new Date().toISOString();
  const services = new Map<string, AttachedService>();
  const targets: AttachOptions['targets'][number][] = [];
  for (const target of options.targets) {
    const address = parseServiceAddress(target.url);
    if (address === null) {
      targets.push(target);
      continue;
    }
    const here = {...address, namespace: address.namespace ?? cluster.namespace};
    const known = [...services.values()].find(({name}) => name === serviceAddressText(here));
    const service = known ?? opened.use(await AttachedService.open({cluster, address: here, signal, onLine}));
    if (known === undefined) {
      services.set(service.url, service);
      const name = target.role ?? here.service;
      if (folder !== null) {
        await setLogAside(folder, name);
        opened.use(
          followPodLog({cluster, source: () => service.logSource(), file: join(folder, `${name}.log`), fromIso}),
        );
      }
    }
    targets.push({role: target.role, url: service.url, name: service.name});
  }
  const all = [...services.values()];
  const died = AbortSignal.any(all.map(({target}) => target.died));
  const stack = await attachTo({...options, targets, signal: AbortSignal.any([signal, died])});
  for (const service of all) onLine(`${service.name}: ${forwardText(await service.describe())}`);
  const servers = stack.servers.map(server => services.get(server.url)?.serverOf(server) ?? server);
  // The chat server's cards where there is one: other pods see cards of their own.
  const first = services.get(stack.servers.find(({url}) => services.has(url))?.url ?? '');
  const nvidiaSmi = first === undefined ? null : await podNvidiaSmi(cluster, () => first.place);
  const patience = new Patience(cluster, {onLine});
  const open = opened.move();
  let ending: ReturnType<Stack['stop']> | null = null;
  const stop = () => {
    ending ??= (async () => {
      const findings = await Promise.all(all.map(service => service.findings()));
      await open.disposeAsync();
      return {gpu: null, findings: findings.flat()};
    })();
    return ending;
  };
  return {
    ...{...stack, servers, died, nvidiaSmi, stop},
    endpoint: role => endpointOf(servers, role),
    watch: () => watchPods(all, patience),
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
};
