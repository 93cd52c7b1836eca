/** A port of a service in a cluster. */
export interface ServiceAddress {
  /** Null: the context's. */
  readonly namespace: string | null;
  readonly service: string;
  /** Its number or its name. */
  readonly port: string;
}

const scheme = 'k8s://';
const name = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const whole = new RegExp(`^(${name})?/(${name}):(${name})/?$`);

export const isServiceAddress = (text: string): boolean => text.startsWith(scheme);

/** Of `k8s://namespace/service:port`, or `k8s:///service:port` in the context's namespace; null where it is neither. */
export const parseServiceAddress = (text: string): ServiceAddress | null => {
  if (!isServiceAddress(text)) return null;
  const [, namespace = null, service, port] = whole.exec(text.slice(scheme.length)) ?? [];
  return service === undefined || port === undefined ? null : {namespace, service, port};
};

export const serviceAddressText = ({namespace, service, port}: ServiceAddress): string =>
  `${scheme}${namespace ?? ''}/${service}:${port}`;
