import type {ContainerSettings} from '../../../schema/stack.ts';

/** Lays settings over each other: a later layer wins field by field, `binds` and `environment` add up. */
export const mergeSettings = (...layers: readonly ContainerSettings[]): ContainerSettings => {
  const binds = layers.flatMap(layer => layer.binds ?? []);
  const environment = Object.assign({}, ...layers.map(layer => layer.environment ?? {}));
  return {...Object.assign({}, ...layers), binds, environment};
};
