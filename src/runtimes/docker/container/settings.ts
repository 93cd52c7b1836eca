import type {ContainerSettings} from '../../../schema/stack.ts';

/** Lays settings over each other: a later layer wins field by field, `binds` and `environment` add up. */
export const mergeSettings = (...layers: readonly ContainerSettings[]): ContainerSettings => {
  const binds = layers.flatMap(layer => layer.binds ?? []);
  const environment = Object.assign({}, ...layers.map(layer => layer.environment ?? {}));
  return {...Object.assign({}, ...layers), binds, environment};
};

/** The address of the Docker host that ports are published on: where nobody else reaches them, unless the settings name another. */
export const publishOf = ({publish = '127.0.0.1'}: Pick<ContainerSettings, 'publish'>): string => publish;
