import {constants} from 'node:fs';
import {access} from 'node:fs/promises';
import {delimiter, join} from 'node:path';
import {execa} from 'execa';
import type {Engine} from '../engines/engine.ts';

/** Whether the engine's usual command can be started here; null where cutover cannot start it at all. Loads no engine. */
export const engineInstalled = async (engine: Engine, python: string): Promise<boolean | null> => {
  if (engine.launch === null) return null;
  const [program = '', flag, module] = engine.launch.launcher(python);
  return flag === '-m' && module !== undefined ? hasModule(program, module) : isOnPath(program);
};

/** Finding a package's spec reads folders only; importing an engine takes tens of seconds and the GPU. */
const hasModule = async (python: string, module: string): Promise<boolean> => {
  const script = 'import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)';
  const [topPackage = module] = module.split('.');
  const {failed} = await execa(python, ['-c', script, topPackage], {reject: false, timeout: 10_000, stdio: 'ignore'});
  return !failed;
};

/** Whether there is such a program: a path, or a name on PATH. */
export const isOnPath = async (program: string): Promise<boolean> => {
  const folders = program.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter);
  const found = await Promise.all(
    folders.map(folder =>
      access(join(folder, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
};
