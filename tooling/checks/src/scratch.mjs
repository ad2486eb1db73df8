import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { here, packages, readJson, run } from './repository.mjs';

/** Where tarballs and the scratch project lie; emptied at each start. */
export const packs = join(here, '.packs');
export const scratch = join(packs, 'project');

/** Path of the tarball of a package, by the manifest's name. */
export const tarball = (name) => {
  const file = readdirSync(packs).find((entry) =>
    new RegExp(`^${name.replace(/^@|\//g, (c) => (c === '@' ? '' : '-'))}-\\d.*\\.tgz$`).test(entry),
  );
  if (!file) throw new Error(`${packs} holds no tarball of ${name}`);
  return join(packs, file);
};

/** Packs every package as publishing would: `workspace:` and `catalog:` become versions. */
export function packAll() {
  rmSync(packs, { recursive: true, force: true });
  mkdirSync(packs);
  for (const { manifest, path } of packages) {
    const { status, output } = run('pnpm', ['pack', '--pack-destination', packs], { cwd: path });
    if (status !== 0) throw new Error(`pnpm pack of ${manifest.name} failed: ${output}`);
  }
}

/**
 * A project that has installed every tarball, laid out as strictly as pnpm does: each package sees what its packed
 * manifest names and nothing else. Ours come from the tarballs, others are links to the workspace's copies, so that
 * neither a registry nor a second tfjs takes part.
 */
export function layOut() {
  for (const { manifest } of packages) {
    const home = unpacked(manifest.name);
    mkdirSync(home, { recursive: true });
    const { status, output } = run('tar', ['-xzf', tarball(manifest.name), '-C', home, '--strip-components=1']);
    if (status !== 0) throw new Error(`unpacking ${manifest.name} failed: ${output}`);
  }
  for (const { manifest, path } of packages) {
    const packed = readJson(join(unpacked(manifest.name), 'package.json'));
    for (const name of Object.keys({ ...packed.dependencies, ...packed.peerDependencies })) {
      const modules = join(packs, 'store', manifest.name, 'node_modules');
      link(join(modules, name), ours(name) ? unpacked(name) : realpathSync(join(path, 'node_modules', name)));
    }
    link(join(scratch, 'node_modules', manifest.name), unpacked(manifest.name));
  }
  for (const name of ['core', 'backend-cpu', 'backend-wasm', 'backend-webgl', 'backend-webgpu'].map(
    (n) => `@tensorflow/tfjs-${n}`,
  ))
    link(join(scratch, 'node_modules', name), realpathSync(join(here, 'node_modules', name)));
}

const ours = (name) => packages.some(({ manifest }) => manifest.name === name);
const unpacked = (name) => join(packs, 'store', name, 'node_modules', name);

function link(path, target) {
  if (!existsSync(target)) throw new Error(`nothing to link ${path} to: ${target} is missing`);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

/** The ways into a package as a user writes them: `@ashlar/ops`, `@ashlar/ops/wasm`, … */
export const entries = ({ name, exports }) =>
  Object.keys(exports)
    .filter((path) => path !== './package.json')
    .map((path) => name + path.slice(1));
