import {type ContainerSettings, containerSettings} from '../../schema/stack.ts';
import {badFile, describeIssue, readYamlFile, secretsIn} from '../yaml-file.ts';

const kind = {
  noun: 'host',
  hint: 'The fields are described at `containerSettings` in src/schema/stack.ts; the files under docker/hosts are examples.',
};

/**
 * What containers need on one Docker host, by the file's name (`<hostsDir>/<name>.yaml`) or by the path of a YAML file.
 * An empty file asks for nothing. Throws BAD_STACK with every mistake at once.
 */
export const readHostFile = async (nameOrPath: string, hostsDir: string): Promise<ContainerSettings> => {
  const {file, value} = await readYamlFile(nameOrPath, hostsDir, kind);
  const settings = containerSettings.safeParse(value ?? {});
  const mistakes = [...(settings.success ? [] : settings.error.issues.flatMap(describeIssue)), ...secretsIn(value)];
  if (!settings.success || mistakes.length > 0) throw badFile(file, kind, mistakes);
  return settings.data;
};
