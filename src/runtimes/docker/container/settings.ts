import {CutoverError} from '../../../errors.ts';
import type {ContainerSettings} from '../../../schema/stack.ts';

/** Lays settings over each other: a later layer wins field by field, `binds` and `environment` add up. */
export const mergeSettings = (...layers: readonly ContainerSettings[]): ContainerSettings => {
  const binds = layers.flatMap(layer => layer.binds ?? []);
  const environment = Object.assign({}, ...layers.map(layer => layer.environment ?? {}));
  return {...Object.assign({}, ...layers), binds, environment};
};

/** The address of the Docker host that ports are published on: where nobody else reaches them, unless the settings name another. */
export const publishOf = ({publish = '127.0.0.1'}: Pick<ContainerSettings, 'publish'>): string => publish;

interface SettingsOfServer {
  readonly name: string;
  /** All layers merged. */
  readonly settings: Pick<ContainerSettings, 'hostPort' | 'publish'>;
}

/** Throws BAD_STACK where one port of the Docker host would be that of several servers, as one that stands above all of them is. */
export const assertPortsDiffer = (servers: readonly SettingsOfServer[]): void => {
  const stated = servers.filter(({settings}) => settings.hostPort !== undefined);
  const places = Map.groupBy(stated, ({settings}) => `${publishOf(settings)} ${settings.hostPort}`);
  for (const [first, ...others] of places.values()) {
    if (first === undefined || others.length === 0) continue;
    const names = [first, ...others].map(({name}) => name);
    throw new CutoverError(
      'BAD_STACK',
      `hostPort ${first.settings.hostPort} would be the port of ${names.length} servers: ${names.join(', ')}`,
      {hint: 'Leave it out, and each server gets a free port; or set it for each server in the plan.'},
    );
  }
};
